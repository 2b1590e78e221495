using System.Buffers.Binary;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Receiving;

/// <summary>
/// Finds the whole messages in what was received, in place, and sorts out the commands between them (libzmq
/// sends PING even between the frames of one message). No allocation per frame. Not thread-safe: the
/// connection's reader owns it.
/// </summary>
internal sealed class FrameParser(ReadBuffer input, ZmtpOptions options, bool drainsOversized)
{
    private const byte KnownFlags = (byte)(FrameFlags.More | FrameFlags.Long | FrameFlags.Command);

    private Range[] _frames = new Range[8];
    private int _frameCount;
    private long _messageBytes;
    private byte[] _command = [];
    private int _commandStart;
    private int _commandLength;

    /// <summary>Bytes of the unfinished message, framing included, as far as they are known; 0 if not even
    /// its first header is there. For <see cref="ReadBuffer.MakeRoom"/>.</summary>
    public long Needed { get; private set; }

    /// <summary>Name and data of the command found; valid until the next call.</summary>
    public ReadOnlySpan<byte> Command => _command.AsSpan(_commandStart, _commandLength);

    /// <summary>The message being drained, if any.</summary>
    public OversizedMessage? Oversized { get; private set; }

    /// <summary>Whether a message has begun and not ended: a frame, of which a byte is enough, or a part that
    /// is not the last.</summary>
    public bool IsWithinMessage => _frameCount > 0 || Oversized is not null
        || (input.Unread.Length > 0 && (input.Unread[0] & (byte)FrameFlags.Command) == 0);

    /// <summary>The kept bytes moved towards the beginning of their buffer.</summary>
    public void Moved(int by)
    {
        if (by == 0) return;
        for (int i = 0; i < _frameCount; i++)
            _frames[i] = (_frames[i].Start.Value - by)..(_frames[i].End.Value - by);
    }

    /// <summary>Parses on, adding whole messages to <paramref name="batch"/>.</summary>
    /// <param name="batch">Begun by <paramref name="context"/> when the first message is found.</param>
    /// <param name="context">What a new batch needs to know.</param>
    /// <exception cref="ZmtpException">The peer broke a rule.</exception>
    public ParseResult Parse(ref ReceivedBatch? batch, in BatchContext context)
    {
        Needed = 0;
        while (true)
        {
            if (Oversized is { IsInFrame: true } && !Drain()) return NeedMore(0);
            if (Oversized is { IsInFrame: false, IsLastFrame: true }) return ParseResult.OversizedEnded;

            byte[] array = input.Array;
            int position = input.Position;
            int available = input.End - position;
            if (available < Frame.ShortHeaderBytes) return NeedMore(0);

            byte flags = array[position];
            if ((flags & ~KnownFlags) != 0) throw Violation($"a frame with reserved flags (0x{flags:x2})");
            int header = Frame.ShortHeaderBytes;
            long size = array[position + 1];
            if ((flags & (byte)FrameFlags.Long) != 0)
            {
                header = Frame.LongHeaderBytes;
                if (available < header) return NeedMore(0);
                size = BinaryPrimitives.ReadInt64BigEndian(array.AsSpan(position + 1));
                if (size < 0) throw Violation("a frame that announces 2^63 bytes or more");
            }

            if ((flags & (byte)FrameFlags.Command) != 0)
            {
                CheckCommand(flags, size);
                if (available < header + size) return NeedMore(header + size);
                TakeCommand(header, (int)size);
                return ParseResult.Command;
            }

            bool isLast = (flags & (byte)FrameFlags.More) == 0;
            if (Oversized is not null)
            {
                BeginDrainedFrame(header, size, isLast);
                continue;
            }

            if (size > options.MaxMessageBytes - _messageBytes || _frameCount >= options.MaxFramesPerMessage)
            {
                BeginDraining(size);
                BeginDrainedFrame(header, size, isLast);
                continue;
            }

            if (available < header + size) return NeedMore(header + size);

            int bodyStart = position + header;
            int bodyEnd = bodyStart + (int)size;
            input.Position = bodyEnd;
            if (isLast && _frameCount == 0)
            {
                batch ??= context.Begin(input);
                batch.Add(bodyStart..bodyEnd, position, bodyEnd);
                continue;
            }

            if (_frameCount == 0) input.Keep = position;
            AddFrame(bodyStart..bodyEnd);
            _messageBytes += size;
            if (!isLast) continue;

            batch ??= context.Begin(input);
            batch.Add(_frames.AsSpan(0, _frameCount), input.Keep, bodyEnd);
            ForgetMessage();
        }
    }

    /// <summary>Done with <see cref="Oversized"/>.</summary>
    public void EndOversized()
    {
        Oversized?.Dispose();
        Oversized = null;
    }

    private ParseResult NeedMore(long frameBytes)
    {
        if (_frameCount == 0) input.Keep = input.Position;
        Needed = input.Position - input.Keep + frameBytes;
        return ParseResult.NeedMore;
    }

    private void AddFrame(Range frame)
    {
        if (_frameCount == _frames.Length) Array.Resize(ref _frames, _frames.Length * 2);
        _frames[_frameCount++] = frame;
    }

    private void ForgetMessage()
    {
        _frameCount = 0;
        _messageBytes = 0;
        input.Keep = input.Position;
    }

    private void CheckCommand(byte flags, long size)
    {
        if ((flags & (byte)FrameFlags.More) != 0) throw Violation("a command with the MORE flag");
        if (size > options.MaxCommandBytes)
            throw Limit($"a command of {size} bytes, more than the {options.MaxCommandBytes} allowed");
    }

    /// <summary>Copies the command out, and closes the gap if it stood between the frames of a message, so
    /// that a message's frames are always one run of bytes that can be sent on.</summary>
    private void TakeCommand(int header, int size)
    {
        if (_command.Length < size) _command = new byte[options.MaxCommandBytes];
        input.Array.AsSpan(input.Position + header, size).CopyTo(_command);
        _commandStart = 0;
        _commandLength = size;

        int taken = header + size;
        if (_frameCount > 0)
        {
            int soFar = input.Position - input.Keep;
            input.Array.AsSpan(input.Keep, soFar).CopyTo(input.Array.AsSpan(input.Keep + taken));
            Moved(-taken);
            input.Keep += taken;
        }

        input.Position += taken;
    }

    private void BeginDraining(long size)
    {
        if (!drainsOversized)
        {
            throw Limit(_frameCount >= options.MaxFramesPerMessage
                ? $"a message of more than {options.MaxFramesPerMessage} frames"
                : $"a message of {_messageBytes + size} bytes; {options.MaxMessageBytes} are allowed");
        }

        Oversized = new OversizedMessage(options.TruncatedBytesKept, options.MaxFramesPerMessage);
        foreach (Range frame in _frames.AsSpan(0, _frameCount))
        {
            ReadOnlySpan<byte> body = input.Array.AsSpan(frame);
            Oversized.BeginFrame(body.Length, isLast: false);
            Oversized.Append(body);
        }

        ForgetMessage();
    }

    private void BeginDrainedFrame(int header, long size, bool isLast)
    {
        if (size > options.MaxDrainedBytes - Oversized!.TotalBytes)
            throw Limit($"a frame that announces {size} bytes, beyond any message");
        Oversized.BeginFrame(size, isLast);
        input.Position += header;
        Drain();
    }

    /// <summary>Hashes what is there of the current frame. True if the frame is complete.</summary>
    private bool Drain()
    {
        int count = (int)Math.Min(Oversized!.FrameRemaining, input.End - input.Position);
        Oversized.Append(input.Array.AsSpan(input.Position, count));
        input.Position += count;
        input.Keep = input.Position;
        return !Oversized.IsInFrame;
    }

    private static ZmtpException Violation(string what) => Faults.Violation(what);

    private static ZmtpException Limit(string what) => Faults.Limit(what);
}
