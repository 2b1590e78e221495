using System.Globalization;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>One picture of <c>steno status --watch</c>, made to measure for a terminal.</summary>
/// <param name="Lines">As many as there are rows.</param>
/// <param name="StandOut">So many of the first ones should catch the eye: the state has just changed.</param>
internal sealed record WatchFrame(IReadOnlyList<string> Lines, int StandOut)
{
    /// <summary>Long enough for whoever looks up now and then.</summary>
    private static readonly TimeSpan News = TimeSpan.FromSeconds(10);

    /// <param name="now">Local: times are shown as the clock on the wall has them.</param>
    /// <param name="keys">What ends it.</param>
    public static WatchFrame Of(
        RecorderStatus status, IReadOnlyList<WatchedState> states, DateTimeOffset now, (int Columns, int Rows) size,
        bool hasColours, string keys)
    {
        WatchedState state = states[0];
        bool isNews = state.Before is not null && now - state.Since < News;
        // Colours of its own would end the reversal in the middle of the line.
        List<string> lines = Print(size.Columns, hasColours && !isNews, screen =>
        {
            StatusScreen.PrintVerdict(status, screen);
            screen.Line($"  {Since(state, now)}");
        });
        int standOut = isNews ? lines.Count : 0;
        lines.AddRange(Print(size.Columns, hasColours, screen =>
        {
            PrintChanges(states, screen);
            StatusScreen.PrintDetails(status, screen, now);
        }));
        string foot = string.Create(CultureInfo.InvariantCulture, $"{now:HH:mm:ss}  {keys} leaves");
        return new WatchFrame([.. Fit(lines, size.Rows - 1).Append(foot).Select(line => Cropped.Line(line, size.Columns))], standOut);
    }

    private static string Since(WatchedState state, DateTimeOffset now)
    {
        string lasts = Duration.Format(now - state.Since);
        return state.Before is null
            ? $"{state.Name} for {lasts} at least: this watch began at {Clock(state.Since)}."
            : $"{state.Name} for {lasts}, since {Clock(state.Since)}.";
    }

    private static void PrintChanges(IReadOnlyList<WatchedState> states, Screen screen)
    {
        string label = "changes";
        foreach (WatchedState state in states.Where(state => state.Before is not null))
        {
            if (label.Length > 0) screen.Line();
            string what = state.Recording ? $"recording, after {Duration.Format(state.Before!.Value)}" : $"{state.Name.ToLowerInvariant()}: {state.Reason}";
            screen.Line($"  {label,-10} {Clock(state.Since)} {what}");
            label = "";
        }
    }

    private static List<string> Print(int columns, bool hasColours, Action<Screen> print)
    {
        using var text = new StringWriter { NewLine = "\n" };
        print(new Screen(text, hasColours, columns));
        return [.. text.ToString().TrimEnd('\n').Split('\n')];
    }

    /// <summary>Cut, which is said, or filled up with empty lines.</summary>
    private static IEnumerable<string> Fit(List<string> lines, int rows)
    {
        if (lines.Count <= rows) return lines.Concat(Enumerable.Repeat("", rows - lines.Count));
        if (rows < 2) return lines.Take(rows);
        int shown = rows - 1;
        string rest = string.Create(CultureInfo.InvariantCulture, $"  … {lines.Count - shown} lines more: `steno status` has them");
        return lines.Take(shown).Append(rest);
    }

    private static string Clock(DateTimeOffset at) => at.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
