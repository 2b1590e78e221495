namespace Steno.Tests.Shared;

/// <summary>Signals by their Linux numbers.</summary>
internal enum PosixSignalNumber
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
