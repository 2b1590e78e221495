using Steno.Benchmarks;

using CancellationTokenSource interrupted = new();
Console.CancelKeyPress += (_, press) =>
{
    // The processes that were started are ended in order.
    press.Cancel = true;
    interrupted.Cancel();
};

try
{
    return await BenchmarkRun.RunAsync(BenchmarkOptions.Parse(args), interrupted.Token);
}
catch (BenchmarkException failure)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return failure.IsUsage ? 2 : 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 130;
}
