using System.Security.Cryptography;
using Steno.Zmtp.Buffers;

namespace Steno.Zmtp.Receiving;

/// <summary>A message over a limit while it is drained: hashed and counted to its end, its beginning
/// kept.</summary>
internal sealed class OversizedMessage(int keptBytesMax, int keptFramesMax) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<Range> _frames = [];
    private readonly byte[] _kept = GC.AllocateUninitializedArray<byte>(keptBytesMax);
    private int _keptBytes;
    private long _frameCount;

    /// <summary>Payload bytes so far.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Payload bytes that the frame being drained still lacks.</summary>
    public long FrameRemaining { get; private set; }

    /// <summary>True if the frame being drained is the message's last.</summary>
    public bool IsLastFrame { get; private set; }

    /// <summary>True between a frame's header and its last byte.</summary>
    public bool IsInFrame { get; private set; }

    public void BeginFrame(long bytes, bool isLast)
    {
        FrameRemaining = bytes;
        IsLastFrame = isLast;
        IsInFrame = true;
        _frameCount++;
        if (_frames.Count < keptFramesMax && (_keptBytes < keptBytesMax || _frameCount == 1))
            _frames.Add(_keptBytes.._keptBytes);
    }

    public void Append(ReadOnlySpan<byte> payload)
    {
        _hash.AppendData(payload);
        TotalBytes += payload.Length;
        FrameRemaining -= payload.Length;
        if (FrameRemaining == 0) IsInFrame = false;
        if (_frames.Count != _frameCount) return; // a frame behind the last one kept

        int count = Math.Min(payload.Length, keptBytesMax - _keptBytes);
        payload[..count].CopyTo(_kept.AsSpan(_keptBytes));
        _keptBytes += count;
        _frames[^1] = _frames[^1].Start.._keptBytes;
    }

    public ReceivedBatch ToBatch(ConnectionOrigin origin, DateTimeOffset receivedAt)
    {
        Truncation truncation = new(TotalBytes, _frameCount, _hash.GetHashAndReset());
        ReceivedBatch batch = ReceivedBatch.Rent(
            origin, new PooledBuffer(_kept, null), receivedAt, truncation);
        batch.Add(_frames.ToArray(), 0, _keptBytes);
        return batch;
    }

    public void Dispose() => _hash.Dispose();
}
