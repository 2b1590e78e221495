using System.Diagnostics;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// What a user waits for a short command: whole processes, from start to end, while a recorder runs.
/// <c>true</c> in the same way shows how much of that is the starting.
/// </summary>
internal sealed class StartUpRow : IRow
{
    private const double GoalMs = 50;

    public string Name => "startup";

    public string Summary => "version, status and recent as whole processes";

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        Findings.Progress("startup");
        int count = shop.Scale.StartUpMessages;
        await using Publisher publisher = await Publisher.StartAsync(shop, count, cancellation);
        await using StenoRecorder recorder = await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation);
        await publisher.ReadyAsync(cancellation);
        await publisher.GoAsync(cancellation);
        await recorder.WaitForQuietAsync(cancellation);

        Measure(findings, shop, "true", goal: false, "true");
        Measure(findings, shop, "steno version", goal: true, shop.Steno, "version");
        Measure(findings, shop, "steno status", goal: true, shop.Steno, "status", "--logs", recorder.Logs);
        if (shop.MissingVerb("recent") is { } missing) findings.Skip(Name, missing);
        else Measure(findings, shop, "steno recent", goal: true, shop.Steno, "recent", "--logs", recorder.Logs);
    }

    private void Measure(Findings findings, Workshop shop, string what, bool goal, string file, params string[] args)
    {
        List<double> times = [];
        for (int run = 0; run < shop.Scale.StartUps; run++) times.Add(TimeOnce(file, args));
        findings.Add(Name, what, "ms", times, goal: goal ? Goal.AtMost(Sample.Median(times), GoalMs, "ms") : null);
    }

    private static double TimeOnce(string file, string[] args)
    {
        long started = MonotonicClock.Now;
        using Process process = Process.Start(new ProcessStartInfo(file, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return MonotonicClock.Between(started, MonotonicClock.Now).TotalMilliseconds;
    }
}
