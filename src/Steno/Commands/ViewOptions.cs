using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Steno.Commands;

/// <summary>Options that the reading verbs share.</summary>
internal static class ViewOptions
{
    /// <summary>A screenful is some tens; more than this is what the journal itself is for.</summary>
    private const int CountMax = 100_000;

    /// <summary>More is <c>recent</c>'s work, or the journal's.</summary>
    private const int ContextMax = 1000;

    public static Option<int> Count(int ordinary) => Number("-n", "COUNT", "How many messages", ordinary, CountMax);

    public static Option<int> Context() => Number("--context", "LINES", "Lines before and after it", 3, ContextMax);

    public static Option<bool> Everything() => new("--all")
    {
        Description = "Also the recorder's own lines, and messages that came a second time",
    };

    private static Option<int> Number(string name, string what, string description, int ordinary, int most)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = what,
            DefaultValueFactory = _ => ordinary,
            CustomParser = result => Parse(result, name, most),
        };
        return option;
    }

    private static int Parse(ArgumentResult result, string name, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given)
            && given >= 0 && given <= most)
            return given;
        result.AddError($"{name}: \"{text}\" is refused. Allowed: 0 to {most}.");
        return 0;
    }
}
