using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

/// <summary>A TCP peer that sends whatever bytes it is told to. What does not arrive, because the other side
/// has hung up, is no error here: hanging up is what is expected.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    public static async Task<RawPeer> DialAsync(ZmtpEndpoint door)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, door.Port));
        return new RawPeer(socket);
    }

    public static byte[] Greeting(string mechanism = "NULL", byte minor = 1)
    {
        byte[] greeting = Steno.Zmtp.Wire.Greeting.Write(mechanism);
        greeting[Steno.Zmtp.Wire.Greeting.MinorAt] = minor;
        return greeting;
    }

    /// <summary>READY as a type that suits the door.</summary>
    public static byte[] Ready(ZmtpSocketType door) => WireCommands.MakeReady(Opposite(door));

    public static ZmtpSocketType Opposite(ZmtpSocketType type) => type switch
    {
        ZmtpSocketType.Sub or ZmtpSocketType.XSub => ZmtpSocketType.Pub,
        ZmtpSocketType.Pub or ZmtpSocketType.XPub => ZmtpSocketType.Sub,
        ZmtpSocketType.Pull => ZmtpSocketType.Push,
        _ => ZmtpSocketType.Pull,
    };

    public static byte[] LongFrame(FrameFlags flags, ulong announced, params byte[] body)
    {
        byte[] frame = new byte[9 + body.Length];
        frame[0] = (byte)(flags | FrameFlags.Long);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(1), announced);
        body.CopyTo(frame, 9);
        return frame;
    }

    public static byte[] Message(string text, bool more = false)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        byte[] frame = new byte[Frame.TotalBytes(body.Length)];
        Frame.Write(frame, more ? FrameFlags.More : FrameFlags.None, body);
        return frame;
    }

    public async Task SendAsync(params byte[][] pieces)
    {
        try
        {
            foreach (byte[] piece in pieces) await socket.SendAsync(piece, SocketFlags.None);
        }
        catch (SocketException)
        {
        }
    }

    public Task ShakeHandsAsync(ZmtpSocketType door) => SendAsync(Greeting(), Ready(door));

    public void HalfClose() => socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        if (socket.SafeHandle.IsClosed) return;
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    /// <summary>Reads until what was read ends with the given bytes.</summary>
    public async Task ReadUntilAsync(byte[] end)
    {
        List<byte> read = [];
        byte[] one = new byte[1];
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
        while (!read.TakeLast(end.Length).SequenceEqual(end))
        {
            Assert.Equal(1, await socket.ReceiveAsync(one, deadline.Token));
            read.Add(one[0]);
        }
    }

    /// <summary>Reads until the other side hangs up.</summary>
    public async Task<byte[]> ReadToEndAsync(double seconds = 5)
    {
        MemoryStream read = new();
        byte[] buffer = new byte[4096];
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds));
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is > 0 and int count)
                read.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The peer was not dropped within {seconds} s.");
        }

        return read.ToArray();
    }

    public void Dispose() => socket.Dispose();
}
