using System.Net.Sockets;
using Steno.Zmtp.Receiving;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Connections;

/// <summary>The reading half of a connection: receive, parse in place, hand on one batch per read, answer
/// commands.</summary>
internal sealed class Reader(
    ZmtpSocket owner, ZmtpConnection connection, Socket transport, ReadBuffer input, ConnectionOrigin origin)
{
    private readonly bool _isDialled = origin.Direction == ConnectionDirection.Dialled;
    private readonly FrameParser _parser = new(
        input, owner.TrafficLimits, owner.DrainsOversized);
    private readonly Receiver _receiver = new(transport, ownsThread: origin.Direction == ConnectionDirection.Dialled);

    /// <summary>Reads until the connection ends; never throws.</summary>
    public Task RunAsync() => _isDialled
        ? Task.Factory.StartNew(
            () => ReadAsync().GetAwaiter().GetResult(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : ReadAsync();

    private async Task ReadAsync()
    {
        using UnfinishedReservation unfinished = new(owner.Unfinished);
        try
        {
            // The handshake may have brought the first messages with it.
            if (input.Unread.Length > 0) connection.Link.Heard(owner.Time.GetUtcNow(), input.Unread.Length);
            await TakeAsync().ConfigureAwait(false);
            while (true)
            {
                _parser.Moved(input.MakeRoom(_parser.Needed));
                if (!_isDialled && !unfinished.TryHold(input.Capacity))
                    throw Faults.Limit(
                        "unfinished messages that, together with other peers', are too much to hold");

                int count = await _receiver.ReceiveAsync(input.Free).ConfigureAwait(false);
                if (count == 0) throw new ZmtpException(Faults.ConnectionLost("closed by the other side"));
                input.Received(count);
                if (_receiver.IsQuiet) input.Quieten();
                connection.Heart.Heard();
                connection.Link.Heard(owner.Time.GetUtcNow(), count);
                await TakeAsync().ConfigureAwait(false);
            }
        }
        catch (ZmtpException broken)
        {
            connection.End(broken.Fault);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            connection.End(Faults.ConnectionLost(ZmtpConnection.Describe(error)));
        }
        catch (OperationCanceledException)
        {
            connection.End(Faults.ConnectionLost("closed by this side"));
        }
#pragma warning disable CA1031 // Whatever the taker of messages throws ends this connection and no other.
        catch (Exception error)
        {
            owner.ReportUnforeseen(connection, error);
            connection.End(Faults.ConnectionLost("an error on this side, see the log"));
        }
#pragma warning restore CA1031
        finally
        {
            connection.Link.EndReading(_parser.IsWithinMessage);
            _parser.EndOversized();
        }
    }

    private async ValueTask TakeAsync()
    {
        BatchContext context = new(origin, owner.Time.GetUtcNow());
        ReceivedBatch? batch = null;
        ZmtpException? broken = null;
        while (true)
        {
            ParseResult result;
            try
            {
                result = _parser.Parse(ref batch, context);
                if (result == ParseResult.Command) Obey(_parser.Command);
            }
            catch (ZmtpException exception)
            {
                // What came whole before the fault still counts.
                broken = exception;
                break;
            }

            if (result == ParseResult.NeedMore) break;
            if (result != ParseResult.OversizedEnded) continue;
            if (batch is not null) await DeliverAsync(batch).ConfigureAwait(false);
            batch = null;
            ReceivedBatch truncated = _parser.Oversized!.ToBatch(origin, context.ReceivedAt);
            _parser.EndOversized();
            await DeliverAsync(truncated).ConfigureAwait(false);
        }

        if (batch is not null) await DeliverAsync(batch).ConfigureAwait(false);
        connection.Link.Left(_parser.IsWithinMessage, context.ReceivedAt);
        if (broken is not null) throw broken;
    }

    private async ValueTask DeliverAsync(ReceivedBatch batch)
    {
        connection.Link.Took(batch.ReceivedAt, batch.MessageCount);
        ValueTask delivery = owner.DeliverAsync(connection, batch);
        if (delivery.IsCompletedSuccessfully) return;
        connection.Heart.BeginDeafness();
        try
        {
            await delivery.ConfigureAwait(false);
        }
        finally
        {
            connection.Heart.EndDeafness();
        }
    }

    private void Obey(ReadOnlySpan<byte> command)
    {
        if (!WireCommands.TryRead(command, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data))
            throw Faults.Violation("a command without a name");

        if (name.SequenceEqual("PING"u8)) Answer(data);
        else if (name.SequenceEqual("PONG"u8)) connection.Heart.Answered(data);
        else if (name.SequenceEqual("SUBSCRIBE"u8))
            owner.TakeSubscription(connection, data, isSubscribe: true);
        else if (name.SequenceEqual("CANCEL"u8)) owner.TakeSubscription(connection, data, isSubscribe: false);
        else if (name.SequenceEqual("ERROR"u8))
            throw new ZmtpException(Faults.RefusedByPeer(WireCommands.ReadErrorReason(data)));
        else if (name.SequenceEqual("READY"u8)) throw Faults.Violation("a second READY");
        //// Commands that nobody knows are to be ignored (RFC 37).
    }

    private void Answer(ReadOnlySpan<byte> data)
    {
        byte[] pong = WireCommands.MakePong(data) ?? throw Faults.Violation("a PING with a wrong length");
        if (connection.Heart.AllowPing()) connection.Send(pong);
        else if (!_isDialled) throw Faults.Limit("too many PINGs");
    }
}
