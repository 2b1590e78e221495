using System.Runtime.CompilerServices;

namespace Steno.Terminal;

/// <summary>
/// Standard output or standard error as a verb writes to it. Lines are given as <see cref="SafeLine"/>: there
/// is no way to print an agent's text unescaped. Not thread-safe.
/// </summary>
internal sealed class Screen
{
    /// <summary>When the width is unknown: output goes to a file, or the terminal does not say.</summary>
    private const int OrdinaryColumns = 80;

    private readonly TextWriter _writer;
    private readonly Stream _bytes;

    public Screen(
        TextWriter writer, bool hasColours, int? columns = null, Stream? bytes = null, bool isAddressable = false)
    {
        _writer = writer;
        _bytes = bytes ?? Stream.Null;
        HasColours = hasColours;
        Columns = columns;
        IsAddressable = isAddressable;
    }

    public bool HasColours { get; }

    public bool IsTerminal => Columns is not null;

    /// <summary>A terminal whose cursor goes where it is told: see <see cref="FullScreen"/>.</summary>
    public bool IsAddressable { get; }

    /// <summary>The terminal's width; null when this is no terminal, and nothing needs to be cut.</summary>
    public int? Columns { get; }

    /// <summary>
    /// Whether whoever read this has gone. A write would tell as well, but a verb that waits may have nothing
    /// to write for hours.
    /// </summary>
    public bool IsReaderGone => _bytes is StandardStream { IsReaderGone: true };

    /// <summary>Standard output, where the answer goes.</summary>
    public static Screen ForOutput() => Open(StandardStream.Output, Console.IsOutputRedirected);

    /// <summary>Standard error, where everything else goes.</summary>
    public static Screen ForError() => Open(StandardStream.Error, Console.IsErrorRedirected);

    public void Line([InterpolatedStringHandlerArgument("")] SafeLine line) => _writer.WriteLine(line.ToString());

    public void Line() => _writer.WriteLine();

    /// <summary>Sentences: on a terminal they break between words and go on behind <paramref name="margin"/> columns.</summary>
    public void Prose([InterpolatedStringHandlerArgument("")] SafeLine sentences, int margin = 2)
    {
        foreach (string line in Wrapped.SafeLines(sentences.ToString(), Columns, margin)) _writer.WriteLine(line);
    }

    /// <summary>Several lines of a foreign text, each behind <paramref name="margin"/>.</summary>
    public void Lines(string text, string margin)
    {
        foreach (ReadOnlySpan<char> line in SafeText.Lines(text).AsSpan().EnumerateLines())
        {
            _writer.Write(margin);
            _writer.Write(line);
            _writer.WriteLine();
        }
    }

    /// <summary>
    /// Text that is ours and safe already: JSON with everything escaped, completion scripts.
    /// </summary>
    public void Verbatim(string ours) => _writer.WriteLine(ours);

    /// <summary>What a terminal obeys, and lines of ours made for it. Nothing is added.</summary>
    public void Control(string ours) => _writer.Write(ours);

    /// <summary>Foreign bytes as they are. Never for a terminal.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (IsTerminal) throw new InvalidOperationException("Foreign bytes are not for a terminal.");
        _writer.Flush();
        _bytes.Write(bytes);
    }

    /// <summary>For daemons: no line waits for a terminal or pipe that does not take it.</summary>
    public void WriteInBackground() => (_bytes as StandardStream)?.WriteInBackground();

    /// <summary>The last thing that is called: see <see cref="StandardStream.FinishBackground"/>.</summary>
    public void FinishBackground() => (_bytes as StandardStream)?.FinishBackground();

    /// <summary>Hands on what was written. Whoever reads the other end sees nothing before.</summary>
    public void Flush() => _writer.Flush();

    private static Screen Open(Func<Stream> open, bool redirected)
    {
        Stream stream = open();
        return new Screen(
            new StreamWriter(stream, bufferSize: 16 << 10) { NewLine = "\n" },
            hasColours: !redirected && TerminalColours.Wanted(Environment.GetEnvironmentVariable),
            columns: redirected ? null : WidthOf(),
            bytes: stream,
            isAddressable: !redirected && TerminalColours.IsAddressable(Environment.GetEnvironmentVariable));
    }

    private static int WidthOf()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : OrdinaryColumns;
        }
        catch (Exception unknown) when (unknown is IOException or PlatformNotSupportedException)
        {
            return OrdinaryColumns;
        }
    }
}
