using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

/// <summary>Valid conversations with random damage, against every kind of door, with a healthy peer on
/// it.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Strangers = 150;

    [Theory]
    [MemberData(nameof(MalformedInputTests.Doors), MemberType = typeof(MalformedInputTests))]
    public async Task No_damaged_conversation_disturbs_a_healthy_peer(ZmtpSocketType door)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        await using DoorUnderTest test = await DoorUnderTest.OpenAsync(door);
        for (int i = 0; i < Strangers; i++)
        {
            using RawPeer stranger = await RawPeer.DialAsync(test.Door);
            byte[] conversation = Damage(Conversation(door, random), random);
            int cut = random.Next(conversation.Length + 1);
            await stranger.SendAsync(conversation[..cut], conversation[cut..]);
            stranger.Reset();
            if (i % 10 != 9) continue;
            await Eventually.BecomesTrueAsync(
                () => test.Socket.Connections.Count == 1, $"the strangers are gone (seed {seed})");
            await test.HealthyMessageComesThroughAsync($"after stranger {i} of seed {seed}");
        }
    }

    private static byte[] Conversation(ZmtpSocketType door, Random random)
    {
        byte[] payload = new byte[random.Next(600)];
        random.NextBytes(payload);
        return
        [
            .. RawPeer.Greeting(minor: (byte)random.Next(2)), .. RawPeer.Ready(door),
            .. WireCommands.MakeSubscription("to"u8, isSubscribe: true, asCommand: random.Next(2) == 0),
            .. RawPeer.Message("topic", more: true), .. RawPeer.LongFrame(
                FrameFlags.None, (ulong)payload.Length, payload),
            .. WireCommands.MakePing(1), .. RawPeer.Message("last"),
        ];
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        // Most damage behind the greeting: a broken greeting is the end of every conversation.
        int from = random.Next(4) == 0 ? 0 : Greeting.Bytes;
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int at = random.Next(Math.Min(from, bytes.Length - 1), bytes.Length);
            bytes = random.Next(5) switch
            {
                0 => [.. bytes[..at], bytes[at], .. bytes[Math.Min(bytes.Length, at + random.Next(2, 20))..]],
                1 => [.. bytes[..at], .. MalformedCorpus.Garbage(random.Next(1, 50)), .. bytes[at..]],
                2 => bytes[..(at + 1)],
                3 => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                _ => [.. bytes[..at], (byte)(bytes[at] ^ (1 << random.Next(8))), .. bytes[(at + 1)..]],
            };
        }

        return bytes;
    }
}
