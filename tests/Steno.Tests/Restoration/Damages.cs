namespace Steno.Tests.Restoration;

/// <summary>What people, editors and disks do to a file; each takes its bytes and gives what is left.</summary>
internal static class Damages
{
    public static readonly string[] All = ["deleted", "cut", "edited", "zeroed", "swapped", "doubled", "dropped"];

    /// <param name="starts">Where its lines begin, and where the last ends; of a file without lines any places.</param>
    /// <param name="at">The line, from 1, at which it is done; not the last.</param>
    /// <returns>Null: there is no file any more.</returns>
    public static byte[]? Do(string damage, byte[] whole, int[] starts, int at)
    {
        Range one = starts[at - 1]..starts[at];
        Range two = starts[at]..starts[at + 1];
        byte[] before = whole[..starts[at - 1]];
        byte[] behind = whole[starts[at + 1]..];
        switch (damage)
        {
            case "deleted":
                return null;
            case "cut":
                return whole[..(starts[at] + 1)];
            case "edited":
                byte[] edited = [.. whole];
                edited[starts[at - 1] + 9] ^= 1;
                return edited;
            case "zeroed":
                byte[] zeroed = [.. whole];
                zeroed.AsSpan(starts[at] - ((starts[at] - starts[at - 1]) / 2), starts[at + 1] - starts[at]).Clear();
                return zeroed;
            case "swapped":
                return [.. before, .. whole[two], .. whole[one], .. behind];
            case "doubled":
                return [.. before, .. whole[one], .. whole[one], .. whole[two], .. behind];
            default:
                return [.. before, .. whole[two], .. behind];
        }
    }

    /// <summary>Places for a file that has no lines.</summary>
    public static int[] Places(byte[] whole) => [0, whole.Length / 4, whole.Length / 2, whole.Length * 3 / 4, whole.Length];

    public static void Write(string path, byte[]? bytes)
    {
        if (bytes is null) File.Delete(path);
        else File.WriteAllBytes(path, bytes);
    }
}
