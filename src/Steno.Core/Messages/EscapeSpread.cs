using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steno.Core.Messages;

/// <summary>
/// For each choice of eight bytes that are to be escaped, where in sixteen bytes each of the eight goes, with a
/// backslash before the chosen: a table of 4 KiB, as indices for a shuffle.
/// </summary>
internal static class EscapeSpread
{
    /// <summary>Where the shuffled vector has a backslash.</summary>
    private const int Backslash = 8;

    private static readonly byte[] Table = Make();

    /// <param name="special">Bit n: byte n of eight is to be escaped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Of(uint special) => Vector128.LoadUnsafe(
        ref MemoryMarshal.GetArrayDataReference(Table), (byte)special * (nuint)Vector128<byte>.Count);

    private static byte[] Make()
    {
        byte[] table = new byte[256 * Vector128<byte>.Count];
        for (int special = 0; special < 256; special++)
        {
            Span<byte> places = table.AsSpan(special * Vector128<byte>.Count, Vector128<byte>.Count);
            int at = 0;
            for (int source = 0; source < Vector64<byte>.Count; source++)
            {
                if ((special & (1 << source)) != 0) places[at++] = Backslash;
                places[at++] = (byte)source;
            }
        }

        return table;
    }
}
