using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steno.Benchmarks.Results;

/// <summary>The table that people read, and the file that tools read.</summary>
internal sealed class ResultTable(Machine machine, Findings findings, bool isQuick)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>A Markdown table, its columns aligned, with the machine above it.</summary>
    public string ToMarkdown()
    {
        List<string[]> rows = [["row", "what", "figure", "ratio", "goal", "runs"]];
        rows.AddRange(findings.Measurements.Select(Cells));
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];

        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{machine.Steno}, measured {machine.MeasuredAt:yyyy-MM-dd HH:mm}Z{(isQuick ? ", quick: rough figures" : "")}  ");
        text.AppendLine(CultureInfo.InvariantCulture, $"{machine.Cores} × {machine.Cpu}, {machine.MemoryGiB} GiB, {machine.System} ({machine.Kernel}), {machine.FileSystem}, {machine.Runtime}  ");
        text.AppendLine(CultureInfo.InvariantCulture, $"load before: {machine.LoadBefore}{(machine.LoadBefore > 0.5 ? " (others were at work: the figures are noisy)" : "")}");
        text.AppendLine();
        AppendRow(text, rows[0], widths);
        AppendRow(text, [.. widths.Select(width => new string('-', width))], widths);
        foreach (string[] row in rows.Skip(1)) AppendRow(text, row, widths);
        AppendList(text, "Notes", findings.Measurements.Where(m => m.Note is not null).Select(m => $"{m.Row}, {m.What}: {m.Note}"));
        AppendList(text, "Skipped", findings.Skipped);
        AppendList(text, "LOST OR DAMAGED", findings.Losses);
        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(
        new { machine, quick = isQuick, measurements = findings.Measurements, findings.Skipped, findings.Losses }, Json);

    /// <summary>Writes both, named after the time.</summary>
    /// <returns>The path without its extension.</returns>
    public string Save(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, machine.MeasuredAt.ToString("yyyy-MM-dd'T'HHmm'Z'", CultureInfo.InvariantCulture));
        File.WriteAllText(path + ".md", ToMarkdown());
        File.WriteAllText(path + ".json", ToJson() + "\n");
        return path;
    }

    private static string[] Cells(Measurement m) =>
    [
        m.Row,
        m.What,
        $"{Number(m.Value)} {m.Unit}",
        m.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "",
        m.Goal is { } goal ? $"{goal.Text}: {(goal.IsMet ? "met" : "MISSED")}" : "",
        m.Runs.Count < 2 ? "" : string.Create(CultureInfo.InvariantCulture, $"{m.Runs.Count}, ± {m.Spread / 2:P0}"),
    ];

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "#,0" : "0.##", CultureInfo.InvariantCulture);

    private static void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        for (int column = 0; column < cells.Length; column++) text.Append("| ").Append(cells[column].PadRight(widths[column])).Append(' ');
        text.AppendLine("|");
    }

    private static void AppendList(StringBuilder text, string title, IEnumerable<string> items)
    {
        string list = string.Concat(items.Select(item => $"- {item}\n"));
        if (list.Length > 0) text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{title}:").Append(list);
    }
}
