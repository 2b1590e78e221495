using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Steno.Core.Journal;

/// <summary>
/// SHA-256 of two runs of bytes behind each other. Where OpenSSL 3 is, which .NET itself uses on Linux, its
/// three plain functions are called: the way through .NET's objects and OpenSSL's providers costs 0.3 µs more
/// for each line, a quarter of the whole (docs/adr/0021). Elsewhere, or if they do not give what .NET gives,
/// it is .NET's. Thread-safe; allocates nothing but one object a thread at most.
/// </summary>
internal static unsafe class Sha256
{
    public const int HashBytes = 32;

    /// <summary>OpenSSL's SHA256_CTX has 112.</summary>
    private const int ContextBytes = 256;

    private const int Success = 1;

    // Init, Update and Final; null where there is no such library.
    private static readonly delegate* unmanaged<byte*, int> Init;
    private static readonly delegate* unmanaged<byte*, byte*, nuint, int> Update;
    private static readonly delegate* unmanaged<byte*, byte*, int> Final;

    [ThreadStatic]
    private static IncrementalHash? _managed;

#pragma warning disable CA1810 // Three fields from one look: an initialiser for each would look three times.
    static Sha256()
#pragma warning restore CA1810
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libcrypto.so.3", out nint library)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out nint init)
            || !NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)
            || !NativeLibrary.TryGetExport(library, "SHA256_Final", out nint final))
            return;

        Init = (delegate* unmanaged<byte*, int>)init;
        Update = (delegate* unmanaged<byte*, byte*, nuint, int>)update;
        Final = (delegate* unmanaged<byte*, byte*, int>)final;
        if (!IsTrue()) Init = null;
    }

    /// <summary>Whether OpenSSL is called directly.</summary>
    public static bool IsDirect => Init != null;

    /// <param name="first">Hashed first.</param>
    /// <param name="second">Hashed behind it.</param>
    /// <param name="hash">At least <see cref="HashBytes"/>; it may be <paramref name="first"/> itself.</param>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, HashBytes);
        if (Init == null || !TryHash(first, second, hash)) HashManaged(first, second, hash);
    }

    internal static void HashManaged(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        _managed ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _managed.AppendData(first);
        _managed.AppendData(second);
        _managed.GetHashAndReset(hash);
    }

    private static bool TryHash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        byte* context = stackalloc byte[ContextBytes];
        fixed (byte* one = first, two = second, result = hash)
        {
            return Init(context) == Success
                && Update(context, one, (nuint)first.Length) == Success
                && Update(context, two, (nuint)second.Length) == Success
                && Final(result, context) == Success;
        }
    }

    /// <summary>A hash that were wrong would make every line of a journal worthless: asked once, before the first.</summary>
    private static bool IsTrue()
    {
        Span<byte> sample = stackalloc byte[200];
        for (int i = 0; i < sample.Length; i++) sample[i] = (byte)(i * 7);
        Span<byte> found = stackalloc byte[HashBytes];
        return TryHash(sample[..32], sample[32..], found) && found.SequenceEqual(SHA256.HashData(sample));
    }
}
