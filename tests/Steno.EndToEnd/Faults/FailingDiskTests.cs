using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// A disk that refuses the Nth write or sync, once or from then on: what was durable stays, and it is told.
/// </summary>
public sealed class FailingDiskTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly Testimony _testimony = new();

    public static TheoryData<string, string, bool> Errors =>
    [
        .. from call in (string[])["fdatasync", "pwrite64"]
           from error in (string[])["EIO", "ENOSPC", "EROFS"]
           from forGood in (bool[])[false, true]
           select (call, error, forGood),
    ];

    private string Session => Journals.Read(_logs.Logs)[^1].Session;

    public void Dispose() => _logs.Dispose();

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task A_refused_call_loses_nothing_that_was_durable_and_is_told(
        string call, string error, bool forGood)
    {
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await publisher.TellAsync("send 1000000 1 300");
        await RecordAsync();
        int[] places = Soak.IsAsked ? [.. Enumerable.Range(1, 20)] : [2, 9]; // the seam has all of them, each time
        foreach (int n in places)
        {
            string session = Session;
            using Strace strace = new(call, $"error={error}:when={n}{(forGood ? "+" : "")}");
            await using (RecorderProcess recorder = Launch(strace))
            {
                await IsToldAsync(recorder, session, forGood);
                Assert.True(strace.HasTampered, $"Call {n} never came.");
            }

            await _testimony.CheckAsync(_logs.Logs);
            await RecordAsync();
            await _testimony.CheckAsync(_logs.Logs);
        }

        await _testimony.CheckWithControlsAsync(_logs.Logs);
        await using RecorderProcess healthy = await RecorderProcess.StartAsync(_logs, _publishers);
        await Control.IsRedAsync("no call was refused", () => IsToldAsync(healthy, Session, forGood: true, seconds: 1));
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_named_and_when_there_is_more_recording_goes_on()
    {
        using Strace strace = new("pwrite64", "error=EDQUOT:when=20..27");
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _publishers, before: strace.Before);
        const string Cause = "Disk quota exceeded";
        await Control.IsRedAsync("there is room", () => recorder.IsNamedAsync(Cause, seconds: 1));
        await publisher.TellAsync("send 3000 1 500");
        await recorder.IsNamedAsync(Cause);
        Assert.True(strace.HasTampered);
        // Eight refusals, half a second each, for each of the two threads that write.
        await recorder.WaitForAsync(s => s.GetProperty("recording").GetBoolean(), "it records again", 15);
        JsonElement status = await recorder.WaitUntilReceivedAsync(3000);
        Assert.Equal(0, await recorder.StopAsync(status.GetProperty("pid").GetInt32()));
        Assert.Equal(3000, _logs.Lines().Count(line => line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal)));
    }

    /// <summary>
    /// It ends with exit code 1 and says why; or status says that the disk failed, or is full, and it ends so when
    /// asked; or it goes on in a child session, or, where there was no room for a while, in this one.
    /// </summary>
    private async Task IsToldAsync(RecorderProcess recorder, string session, bool forGood, double seconds = 10)
    {
        if (!await recorder.IsActiveAsync()
            || await Witness.TryListenAsync(_logs, _testimony) is not { } witness)
        {
            Assert.Equal(1, await recorder.Process.WaitForExitAsync());
            Assert.NotEmpty(recorder.Process.Error);
            return;
        }

        await using (witness)
        {
            JsonElement last = (await Eventually.GetAsync(
                witness.StatusAsync,
                s => s is not { } status || HasFailed(status) || HasMovedOn(session, status) || HasWaited(status) || (forGood && Waits(status)),
                TimeSpan.FromSeconds(seconds), "the failure is told")).GetValueOrDefault();
            bool failed = last.ValueKind == JsonValueKind.Undefined || HasFailed(last);
            if (failed) await recorder.Process.WaitForErrorAsync("RECORDING HAS STOPPED");
            failed |= Waits(last);
            int? pid = last.ValueKind == JsonValueKind.Undefined ? null : last.GetProperty("pid").GetInt32();
            int code = recorder.Process.HasExited
                ? await recorder.Process.WaitForExitAsync()
                : await recorder.StopAsync(pid);
            // Its child may meet the refusal as well, on a thread that had not counted so far.
            if (forGood && !failed && code == 1) await recorder.Process.WaitForErrorAsync("RECORDING HAS STOPPED");
            else Assert.Equal(failed ? 1 : 0, code);
        }
    }

    private RecorderProcess Launch(Strace strace) =>
        RecorderProcess.Launch(_logs, _publishers, before: strace.Before);

    private static bool HasFailed(JsonElement status) =>
        !status.GetProperty("recording").GetBoolean()
        && status.GetProperty("reason").GetString()!.Contains("The disk failed", StringComparison.Ordinal);

    private static bool Waits(JsonElement status) =>
        status.ValueKind == JsonValueKind.Object
        && !status.GetProperty("recording").GetBoolean()
        && status.GetProperty("reason").GetString()!.Contains("The disk is full", StringComparison.Ordinal);

    private static bool HasWaited(JsonElement status) =>
        status.GetProperty("recording").GetBoolean()
        && status.GetProperty("incidents").EnumerateArray()
            .Any(incident => incident.GetProperty("what").GetString()!.StartsWith("The disk was full", StringComparison.Ordinal));

    private static bool HasMovedOn(string session, JsonElement status) =>
        status.GetProperty("recording").GetBoolean()
        && status.GetProperty("session").GetProperty("id").GetString() != session;

    /// <summary>A run without a fault.</summary>
    private async Task RecordAsync()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _publishers);
        await using Witness witness = (await Witness.TryListenAsync(_logs, _testimony))!;
        await witness.HearAsync(5);
        await witness.StatusAsync();
        Assert.Equal(0, await recorder.StopAsync());
    }
}
