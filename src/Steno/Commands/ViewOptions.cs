using System.CommandLine;

namespace Steno.Commands;

/// <summary>Options that the reading verbs share.</summary>
internal static class ViewOptions
{
    /// <summary>A screenful is some tens; more than this is what the journal itself is for.</summary>
    private const int CountMax = 100_000;

    public static Option<int> Count(int ordinary)
    {
        var count = new Option<int>("-n")
        {
            Description = $"How many messages [default: {ordinary}]",
            HelpName = "COUNT",
            DefaultValueFactory = _ => ordinary,
        };
        count.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && (!int.TryParse(result.Tokens[0].Value, out int given) || given is < 0 or > CountMax))
                result.AddError($"-n: \"{result.Tokens[0].Value}\" is refused. Allowed: 0 to {CountMax}.");
        });
        return count;
    }

    public static Option<bool> Everything() => new("--all")
    {
        Description = "Also the recorder's own lines, and messages that came a second time",
    };
}
