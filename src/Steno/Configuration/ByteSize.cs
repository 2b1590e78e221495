using System.Globalization;

namespace Steno.Configuration;

/// <summary>Sizes in bytes as people write them: <c>67108864</c>, <c>64MiB</c>, <c>64 MiB</c>.</summary>
internal static class ByteSize
{
    public const long KiB = 1L << 10;
    public const long MiB = 1L << 20;
    public const long GiB = 1L << 30;
    public const long TiB = 1L << 40;

    // From the largest, so that formatting takes the first that fits.
    private static readonly (string Name, long Bytes)[] Units =
        [("TiB", TiB), ("GiB", GiB), ("MiB", MiB), ("KiB", KiB)];

    /// <summary>Reads a size; units are powers of 1024 and must be written as such (MiB, not MB).</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ReadOnlySpan<char> number = text.AsSpan().Trim();
        long unit = 1;
        foreach ((string name, long size) in Units)
        {
            if (!number.EndsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            number = number[..^name.Length].TrimEnd();
            unit = size;
            break;
        }

        bytes = 0;
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return false;
        if (count > long.MaxValue / unit) return false;
        bytes = count * unit;
        return true;
    }

    /// <summary>A size for people, <c>1.25 GiB</c>, <c>870 bytes</c>.</summary>
    public static string Format(long bytes)
    {
        foreach ((string name, long size) in Units)
            if (bytes >= size)
                return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / size:0.##} {name}");
        return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
    }
}
