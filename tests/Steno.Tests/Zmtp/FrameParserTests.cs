using CsCheck;
using Steno.Zmtp;
using Steno.Zmtp.Receiving;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

public sealed class FrameParserTests
{
    private static readonly Gen<byte[][]> Messages =
        Gen.OneOf(Gen.Int[0, 4], Gen.Int[250, 260], Gen.Const(70_000)).Select(n => new byte[n])
            .Array[1, 5];

    [Fact]
    public void However_the_stream_is_cut_the_same_messages_come_out() =>
        Gen.Select(Messages.Array[1, 12], Gen.Int[1, 40_000].Array[1, 30], Gen.Bool.Array[60])
            .Sample(
                (messages, cuts, pings) =>
                {
                    Fill(messages);
                    byte[] stream = Serialise(messages, pings);
                    Assert.Equal(messages, Parse(stream, cuts, new ZmtpOptions(), out int commands));
                    Assert.Equal(CountPings(messages, pings), commands);
                },
                iter: 300);

    [Fact]
    public void A_message_cut_at_every_byte_comes_out_whole()
    {
        byte[][][] messages = [[new byte[3], new byte[300], []], [[]], [new byte[5]]];
        Fill(messages);
        byte[] stream = Serialise(messages, [true, false, true, true, false]);
        for (int cut = 1; cut < stream.Length; cut++)
            Assert.Equal(messages, Parse(stream, [cut, stream.Length], new ZmtpOptions(), out _));
    }

    [Fact]
    public void A_command_between_the_frames_of_a_message_leaves_no_hole_in_its_wire_bytes()
    {
        byte[] stream = [.. RawPeer.Message("a", more: true), .. WireCommands.MakePing(1), .. RawPeer.Message("b")];
        using ReceivedBatch batch = Assert.Single(
            ParseBatches(stream, [stream.Length], new ZmtpOptions(), out _));
        (int start, int end) = batch.GetWire(0);
        byte[] expected = [.. RawPeer.Message("a", more: true), .. RawPeer.Message("b")];
        Assert.Equal(expected, batch.Buffer[start..end].ToArray());
    }

    [Fact]
    public void An_unfinished_large_message_takes_no_more_memory_than_twice_what_arrived()
    {
        using ReadBuffer input = new(512 * 1024);
        FrameParser parser = new(input, new ZmtpOptions(), drainsOversized: false);
        byte[] head = RawPeer.LongFrame(FrameFlags.None, 100 << 20, new byte[1000]);
        Feed(input, parser, head, []);
        input.MakeRoom(parser.Needed);
        Assert.True(input.Capacity <= 8 * 1024, $"{input.Capacity} bytes held for 1,000 received");
    }

    [Theory]
    [InlineData(0)] // a frame ends where the buffer does
    [InlineData(1)] // a header is cut in two there
    public void A_buffer_filled_in_the_middle_of_a_message_makes_room_for_the_rest(int shift)
    {
        byte[] stream = [1, (byte)shift, .. new byte[shift], .. Enumerable.Repeat<byte[]>([1, 0], 60_000).SelectMany(f => f)];
        using ReadBuffer input = new(64 * 1024);
        FrameParser parser = new(input, new ZmtpOptions { MaxFramesPerMessage = 65_536 }, drainsOversized: true);
        for (int position = 0; position < stream.Length;)
        {
            int count = Math.Min(input.Free.Length, stream.Length - position);
            Assert.True(count > 0, $"no room at {input.End} of {input.Capacity}");
            stream.AsSpan(position, count).CopyTo(input.Free.Span);
            input.Received(count);
            position += count;
            ReceivedBatch? batch = null;
            Assert.Equal(ParseResult.NeedMore, parser.Parse(ref batch, new BatchContext(TestSockets.Hook, default)));
            parser.Moved(input.MakeRoom(parser.Needed));
        }
    }

    [Fact]
    public void Batches_of_one_connection_share_a_buffer_until_it_is_nearly_full()
    {
        byte[] small = RawPeer.Message("hello");
        using ReadBuffer input = new(512 * 1024);
        FrameParser parser = new(input, new ZmtpOptions(), drainsOversized: false);
        List<ReceivedBatch> batches = [];
        for (int i = 0; i < 100; i++) Feed(input, parser, small, batches);
        Assert.Equal(100, batches.Count);
        Assert.Single(batches.Select(batch => batch.PooledBuffer).Distinct());
        foreach (ReceivedBatch batch in batches) batch.Dispose();
    }

    private static void Fill(byte[][][] messages)
    {
        byte value = 0;
        foreach (byte[] frame in messages.SelectMany(message => message)) Array.Fill(frame, value++);
    }

    private static byte[] Serialise(byte[][][] messages, bool[] pings)
    {
        MemoryStream stream = new();
        int at = 0;
        foreach (byte[][] message in messages)
        {
            for (int i = 0; i < message.Length; i++)
            {
                if (pings[at++ % pings.Length]) stream.Write(WireCommands.MakePing(1));
                byte[] frame = new byte[Frame.TotalBytes(message[i].Length)];
                Frame.Write(frame, i + 1 < message.Length ? FrameFlags.More : FrameFlags.None, message[i]);
                stream.Write(frame);
            }
        }

        return stream.ToArray();
    }

    private static int CountPings(byte[][][] messages, bool[] pings) =>
        Enumerable.Range(0, messages.Sum(message => message.Length)).Count(i => pings[i % pings.Length]);

    private static List<byte[][]> Parse(byte[] stream, int[] cuts, ZmtpOptions options, out int commands)
    {
        List<byte[][]> messages = [];
        foreach (ReceivedBatch batch in ParseBatches(stream, cuts, options, out commands))
        {
            for (int i = 0; i < batch.MessageCount; i++)
            {
                ReceivedMessage message = batch[i];
                byte[][] frames = new byte[message.Frames.Length][];
                for (int f = 0; f < frames.Length; f++) frames[f] = message.GetFrame(f).ToArray();
                messages.Add(frames);
            }

            batch.Dispose();
        }

        return messages;
    }

    private static List<ReceivedBatch> ParseBatches(
        byte[] stream, int[] cuts, ZmtpOptions options, out int commands)
    {
        using ReadBuffer input = new(64 * 1024);
        FrameParser parser = new(input, options, drainsOversized: false);
        List<ReceivedBatch> batches = [];
        commands = 0;
        int position = 0;
        for (int i = 0; position < stream.Length; i++)
        {
            int count = Math.Min(cuts[i % cuts.Length], stream.Length - position);
            commands += Feed(input, parser, stream.AsSpan(position, count), batches);
            position += count;
        }

        return batches;
    }

    /// <summary>As the reader of a connection does it.</summary>
    private static int Feed(
        ReadBuffer input, FrameParser parser, ReadOnlySpan<byte> bytes, List<ReceivedBatch> batches)
    {
        int commands = 0;
        while (bytes.Length > 0)
        {
            parser.Moved(input.MakeRoom(parser.Needed));
            int count = Math.Min(bytes.Length, input.Free.Length);
            bytes[..count].CopyTo(input.Free.Span);
            input.Received(count);
            bytes = bytes[count..];
            ReceivedBatch? batch = null;
            BatchContext context = new(TestSockets.Hook, default);
            while (parser.Parse(ref batch, context) != ParseResult.NeedMore) commands++;
            if (batch is not null) batches.Add(batch);
        }

        return commands;
    }
}
