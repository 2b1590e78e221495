using System.Text;
using Steno.Core.Enrichment;

namespace Steno.Tests.Enrichment;

/// <summary>Sentences as agents write them, and what the built-in rules must say of them.</summary>
public sealed class LabelTests
{
    private const string None = "";

    /// <summary>Text, chain, tier, tags without the chain's (by their last word).</summary>
    public static TheoryData<string, string, string, string> Sentences => new()
    {
        // Each chain by its own words.
        { "The camera uploaded twelve photos.", "photo_capture", "E", None },
        { "images matches image", "photo_capture", "E", None },
        { "Scanning and scanned are forms of scan", "photo_capture", "E", None },
        { "The Gaussian splats and the NeRF disagree about the mesh", "reconstruction", "C", None },
        { "Loaded two 3D models", "reconstruction", "E", None },
        { "The F1 score rose, and so did accuracy", "quality_assessment", "E", None },
        { "Artifacts in the second pass lower the quality", "quality_assessment", "E", None },
        { "Exported the GameObject with three LODs to Unity", "unity_integration", "E", None },
        { "imported", "unity_integration", "E", None },
        { "Token costs fell by a third", "token_optimization", "E", None },
        { "A better design of these patterns", "system_architecture", "E", None },
        { "The agents' handshake needs coordination", "agent_collaboration", "E", None },
        { "Cached in the database, kept in storage", "data_management", "E", None },
        { "Users see the display", "ui_ux", "E", None },
        { "The UI/UX needs care", "ui_ux", "E", None },
        { "QA ran the benchmarks and the validation tests", "testing_validation", "E", None },

        // Most distinct keywords; ties go to the earlier; none is the default.
        { "camera, cache, database", "data_management", "E", None },
        { "image image image, cache and database", "data_management", "E", None },
        { "database and photo", "photo_capture", "E", None },
        { "photo and photos are one, storage and token are two chains", "photo_capture", "E", None },
        { "Good morning", "system_architecture", "E", None },
        { "", "system_architecture", "E", None },

        // Traps: words within words.
        { "The requirements are building up", "system_architecture", "E", "Required" },
        { "She won the contest with the latest protest", "system_architecture", "E", None },
        { "An important and portable report", "system_architecture", "E", None },
        { "A beautiful suite of guides", "system_architecture", "E", None },
        { "Imagery and imagination", "system_architecture", "E", None },
        { "It is already incomplete", "system_architecture", "E", None },
        { "The aurora exploded", "system_architecture", "E", None },
        { "undecided, unfinished, disapproved", "system_architecture", "E", None },
        { "patterned costume, scandal, tokenizer", "system_architecture", "E", None },
        { "naïveui façadeui", "system_architecture", "E", None },

        // Parted by punctuation, ASCII or not.
        { "(image)—“quality”…image", "photo_capture", "E", None },
        { "see src/cache/database.py", "data_management", "E", None },
        { "load_database_cache()", "data_management", "E", None },
        { "trade‑off", "system_architecture", "C", None },

        // A: a decision or direction with system-wide effect.
        { "We decided on Redis for storage.", "data_management", "A", "Made" },
        { "After the review we are deciding to use gRPC between all services.", "system_architecture", "A", None },
        { "We have decided to use Postgres.", "system_architecture", "A", "Made" },
        { "We should use Postgres over MySQL.", "system_architecture", "A", None },
        { "I think we should use the new managed Redis cluster over Memcached", "system_architecture", "A", None },
        { "We should use events instead of polling", "system_architecture", "A", None },
        { "This is a design decision.", "system_architecture", "A", None },
        { "The architecture is hexagonal.", "system_architecture", "A", None },
        { "Our caching strategy affects every service.", "data_management", "A", None },
        { "The framework defines the boundaries between modules", "system_architecture", "A", None },
        { "Should we change the architecture?", "system_architecture", "A", "Open" },
        { "I agree with the proposed architecture, the trade-offs are fine", "system_architecture", "A", None },
        { "What do you think of this strategy for the database?", "data_management", "A", "Open" },

        // C: weighing.
        { "Should we use tabs?", "system_architecture", "C", "Open" },
        { "Should we use Redis over Postgres?", "system_architecture", "C", "Open" },
        { "What do you think about the new name", "system_architecture", "C", None },
        { "I disagree, the consensus was different.", "system_architecture", "C", None },
        { "It is a trade-off between speed and size", "system_architecture", "C", None },
        { "Agreed.", "system_architecture", "C", None },
        { "Should we implement caching now, or wait?", "data_management", "C", "Open,Required" },

        // E wins over C when something is to be delivered.
        { "I agree. Please implement the login form by Friday.", "system_architecture", "E", "Required" },
        { "Agreed, I will fix the parser and add a check", "system_architecture", "E", None },
        { "What do you think? TODO: deliver the export.", "unity_integration", "E", "Open,Required" },

        // E: concrete work; configuring is not deciding.
        { "Configuring Redis in config.yaml", "system_architecture", "E", None },
        { "Configure the web framework to use Redis", "system_architecture", "E", None },
        { "Updated the architecture diagram in docs/", "system_architecture", "E", None },
        { "Installing the framework. The strategy stays as it was.", "system_architecture", "A", None },
        { "Ran pytest: 41 passed", "system_architecture", "E", None },
        { "We decided. On Friday the office is closed.", "system_architecture", "E", "Made" },

        // Tags.
        { "The mesh is ready, the review done", "reconstruction", "E", "Ready" },
        { "Completed and approved", "system_architecture", "E", "Ready,Made" },
        { "Blocked: waiting for the key. Two errors, one issue.", "system_architecture", "E", "Blocked" },
        { "The plan is finalized and confirmed", "system_architecture", "E", "Made" },
        { "How should this be named", "system_architecture", "E", "Open" },
        { "What if it fails", "system_architecture", "E", "Open" },
        { "https://example.org/?q=1&page=2", "system_architecture", "E", None },
        { "真的吗？", "system_architecture", "E", "Open" },
        { "FIXME: create the index", "system_architecture", "E", "Required" },
        { "Created and built it yesterday", "system_architecture", "E", None },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_sentence_is_labelled_as_a_person_would(string text, string chain, string tier, string tags)
    {
        Labels labels = Label(text);

        var found = new List<string>();
        for (int i = 0; i < RuleSet.BuiltIn.Tags.Count; i++)
            if ((labels.Tags & (1UL << i)) != 0) found.Add(RuleSet.BuiltIn.Tags[i].Split('-')[^1]);
        Assert.Equal(
            (chain, tier, tags),
            (RuleSet.BuiltIn.ChainName(labels.Chain), labels.Tier.ToString()[..1], string.Join(',', found)));
    }

    internal static Labels Label(string text) => new Enricher(RuleSet.BuiltIn).Label(Encoding.UTF8.GetBytes(text));
}
