using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Steno.Core.Files;
using Steno.Processes;
using Steno.Recorder;

namespace Steno.Launching;

/// <summary>
/// What our broker warned of, out of the end of its log (the broker itself touches no disk). Bounded, however long the
/// log is; a line that is being written is left out, as is all that an earlier broker said.
/// </summary>
internal static partial class BrokerLogTail
{
    /// <summary>Of each of the two files that <see cref="DaemonLog"/> keeps: some three hundred lines.</summary>
    private const int BytesMax = 64 << 10;

    private const int WarningsMax = 20;

    /// <summary>A peer's words may be in it.</summary>
    private const int CharsMax = 600;

    /// <summary>The first line that a broker prints.</summary>
    public const string Beginning = "BROKER ACTIVE";

    /// <summary>Null: none runs that <c>steno start</c> launched for this directory.</summary>
    public static BrokerStatus? Look(RunFolder run) => OurBroker.FindNamed(run) is { } broker
        ? new BrokerStatus(broker.Pid, run.BrokerLog, Warnings([.. Lines(run.BrokerLog + ".1"), .. Lines(run.BrokerLog)]))
        : null;

    internal static IReadOnlyList<BrokerWarning> Warnings(IReadOnlyList<string> lines)
    {
        Dictionary<string, BrokerWarning> warnings = [];
        foreach (string line in lines)
        {
            if (line == Beginning) warnings.Clear();
            if (Warning().Match(line) is not { Success: true } found || !DateTimeOffset.TryParse(
                found.Groups["at"].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
                continue;
            string text = found.Groups["text"].Value;
            long more = long.TryParse(found.Groups["more"].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long kept) ? kept : 0;
            if (text.Length > CharsMax) text = text[..CharsMax] + "…";
            // Ports and counts differ from line to line.
            string kind = Digits().Replace(text, "#");
            warnings[kind] = new BrokerWarning(text, (warnings.GetValueOrDefault(kind)?.Count ?? 0) + 1 + more, at);
        }

        return [.. warnings.Values.OrderByDescending(warning => warning.Last).Take(WarningsMax)];
    }

    /// <summary>The whole ones at the end of the file.</summary>
    internal static IReadOnlyList<string> Lines(string path)
    {
        try
        {
            if (FileFacts.Of(path) is not { Kind: FileKind.File }) return []; // none yet, or nothing of ours
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            long from = Math.Max(0, file.Length - BytesMax);
            file.Position = from;
            byte[] bytes = new byte[BytesMax];
            string text = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, BytesMax, throwOnEndOfStream: false));
            string[] lines = text.Split('\n');
            return lines[(from > 0 ? 1 : 0)..^1];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or StorageException)
        {
            return []; // it is moved or deleted at the moment, or not for this user: nothing can be said of it
        }
    }

    /// <summary>As <see cref="Terminal.StandardErrorLoggers"/> writes them, and <see cref="Zmtp.LogLimit"/> ends them.</summary>
    [GeneratedRegex(@"^(?<at>\S+Z) (?:warn |error) \d+ (?<text>.+?)(?: \((?<more>[\d,]+) more like this were not logged\.\))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Warning();

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
