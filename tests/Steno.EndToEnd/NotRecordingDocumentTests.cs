using System.Reflection;
using System.Text.RegularExpressions;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>docs/not-recording.md: each cause that it lists is provoked by a test that exists.</summary>
public sealed partial class NotRecordingDocumentTests
{
    private const int CausesMin = 24;

    [Fact]
    public void Each_cause_has_a_test_that_provokes_it_and_was_named_within_five_seconds()
    {
        HashSet<string> tests = [.. Assembly.GetExecutingAssembly().GetTypes().SelectMany(TestsOf)];
        string[] rows = [.. Documents.Read("docs/not-recording.md").Split('\n').Where(line => Row().IsMatch(line))];
        Assert.True(rows.Length >= CausesMin, $"{rows.Length} causes.");
        foreach (string row in rows)
        {
            Match[] named = [.. TestName().Matches(row).Cast<Match>()];
            Assert.True(named.Length > 0, $"No test: {row}");
            Assert.All(named, name => Assert.Contains(name.Groups[1].Value, tests));
            double seconds = double.Parse(Seconds().Match(row).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(seconds, 0, 5);
        }
    }

    private static IEnumerable<string> TestsOf(Type type) => type.GetMethods()
        .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
        .Select(method => $"{type.Name}.{method.Name}");

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\| (\d+\.\d) s \|")]
    private static partial Regex Seconds();
}
