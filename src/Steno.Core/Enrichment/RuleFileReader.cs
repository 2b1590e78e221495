using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Steno.Core.Enrichment;

/// <summary>
/// Reads a rules file and says of everything wrong in it on which line it is. Comments and trailing commas
/// are welcome.
/// </summary>
internal ref struct RuleFileReader
{
    public const int FileBytesMax = 1024 * 1024;

    /// <summary>Chains and tags are each a bit in one word.</summary>
    private const int GroupsMax = 64;
    private const int TermsMax = 1000;
    private const int TermLengthMax = 500;
    private const int NameLengthMax = 64;
    private const string NameRule = "A-Z a-z 0-9 . _ -, at most 64 characters";

    public static readonly string[] TierGroups =
        ["decision", "architecture", "configuring", "collaboration", "asking", "delivery", "doing"];

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly ReadOnlySpan<byte> _file;
    private readonly string _path;
    private Utf8JsonReader _json;

    private RuleFileReader(ReadOnlySpan<byte> file, string path)
    {
        _file = file;
        _path = path;
        var options = new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        _json = new Utf8JsonReader(file, options);
    }

    public static RuleException TooLarge(string path) => new(path, 1, $"The file is larger than {FileBytesMax} bytes.");

    public static RuleDefinitions Read(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length > FileBytesMax)
            throw TooLarge(path);
        if (file.StartsWith("\uFEFF"u8)) file = file[3..];
        if (!Utf8.IsValid(file)) throw new RuleException(path, 1, "The file is not UTF-8.");
        try
        {
            return new RuleFileReader(file, path).ReadFile();
        }
        catch (JsonException e)
        {
            throw new RuleException(path, (int)(e.LineNumber ?? 0) + 1, $"This is not JSON: {e.Message}");
        }
    }

    private RuleDefinitions ReadFile()
    {
        _json.Read();
        Expect(JsonTokenType.StartObject, "The file must be one JSON object.");
        string? version = null, defaultChain = null;
        List<RuleGroup>? chains = null, tiers = null, tags = null;
        while (Next() != JsonTokenType.EndObject)
        {
            string key = Text();
            bool repeated = key switch
            {
                "version" => version is not null,
                "default_chain" => defaultChain is not null,
                "chains" => chains is not null,
                "tiers" => tiers is not null,
                "tags" => tags is not null,
                _ => throw Refuse($"'{key}' is none of version, default_chain, chains, tiers, tags."),
            };
            if (repeated) throw Refuse($"'{key}' is there twice.");
            if (key == "version") version = ReadName("The version");
            else if (key == "default_chain") defaultChain = ReadName("The default chain");
            else if (key == "chains") chains = ReadGroups("");
            else if (key == "tiers") tiers = ReadTiers();
            else tags = ReadGroups("@");
        }

        _json.Read();
        if (version is null)
            throw Refuse("The file has no 'version', which is written into every line that these rules label.");
        if (chains is { Count: 0 }) throw Refuse("There must be at least one chain.");
        return new RuleDefinitions
        {
            Version = version,
            DefaultChain = defaultChain,
            Chains = chains,
            Tiers = tiers,
            Tags = tags,
        };
    }

    private List<RuleGroup> ReadTiers()
    {
        List<RuleGroup> groups = ReadGroups("");
        if (groups.Find(group => !TierGroups.Contains(group.Name)) is not RuleGroup unknown) return groups;
        string known = string.Join(", ", TierGroups);
        throw new RuleException(_path, unknown.Line, $"'{unknown.Name}' is no group of the tier rules: {known}.");
    }

    private List<RuleGroup> ReadGroups(string prefix)
    {
        Next();
        Expect(JsonTokenType.StartObject, "An object of names with lists is expected here.");
        var groups = new List<RuleGroup>();
        while (Next() != JsonTokenType.EndObject)
        {
            string name = Text();
            int line = Line;
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || !IsName(name[prefix.Length..]))
                throw Refuse($"'{name}' is no name: {prefix}{NameRule}.");
            if (groups.Exists(group => group.Name == name)) throw Refuse($"'{name}' is there twice.");
            if (groups.Count == GroupsMax) throw Refuse($"There are more than {GroupsMax} names.");
            groups.Add(new RuleGroup(name, line, ReadTerms()));
        }

        return groups;
    }

    private List<RuleTerm> ReadTerms()
    {
        Next();
        Expect(JsonTokenType.StartArray, "A list of words, phrases and /patterns/ is expected here.");
        var terms = new List<RuleTerm>();
        while (Next() != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.String, "A list holds strings only.");
            string text = Text().Trim();
            if (text.Length is 0 or > TermLengthMax)
                throw Refuse($"An entry has 1 to {TermLengthMax} characters.");
            if (terms.Count == TermsMax) throw Refuse($"A list has at most {TermsMax} entries.");
            terms.Add(new RuleTerm(text, Line));
        }

        return terms;
    }

    private string ReadName(string what)
    {
        Next();
        Expect(JsonTokenType.String, $"{what} must be a string.");
        string name = Text();
        if (!IsName(name)) throw Refuse($"{what} must be made of {NameRule}.");
        return name;
    }

    // Names go into every line as they are: nothing in them may need escaping.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private JsonTokenType Next()
    {
        if (!_json.Read()) throw Refuse("The file ends too early.");
        return _json.TokenType;
    }

    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Refuse("This string holds half a surrogate pair, which is no character.");
        }
    }

    private readonly void Expect(JsonTokenType type, string reason)
    {
        if (_json.TokenType != type) throw Refuse(reason);
    }

    private readonly int Line => 1 + _file[..(int)_json.TokenStartIndex].Count((byte)'\n');

    private readonly RuleException Refuse(string reason) => new(_path, Line, reason);
}
