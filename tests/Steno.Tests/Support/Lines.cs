using System.Globalization;
using System.Text;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Tests.Support;

/// <summary>Lines in the shape of the journal's, without the machinery that composes real ones.</summary>
internal static class Lines
{
    public static string Body(long seq, string message = "hello") => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"Id":"m-{{{seq}}}","Timestamp":"t","Message":"{{{message}}}","Metadata":{"Seq":7,"a":{"b":1}},"Seq":{{{seq}}},"Wire":{"head":"","tail":""}""");

    public static void Append(JournalWriter writer, string message = "hello")
    {
        long seq = writer.NextSeq;
        writer.BeginLine().Write(Encoding.UTF8.GetBytes(Body(seq, message)));
        writer.EndLine(DateTimeOffset.UnixEpoch);
    }

    /// <summary>A journal of <paramref name="count"/> lines, closed in good order.</summary>
    public static byte[] WriteJournal(string path, int count, string message = "hello")
    {
        using (JournalWriter writer = new(Disk.Real.CreateNew(path), JournalPosition.Start, TimeProvider.System))
        {
            for (int i = 0; i < count; i++) Append(writer, message);
            writer.Commit();
        }

        return File.ReadAllBytes(path);
    }
}
