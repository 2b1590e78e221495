namespace Steno.Core.Files;

/// <summary>
/// The error numbers that are told apart. These are the same on Linux and macOS unless said otherwise.
/// </summary>
internal static class Errnos
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int IsADirectory = 21;
    public const int InputOutput = 5;
    public const int WouldBlockLinux = 11;
    public const int WouldBlockMac = 35;
    public const int SharingViolationWindows = unchecked((int)0x80070020);
    public const int AccessDenied = 13;
    public const int TooManyInSystem = 23;
    public const int TooManyInProcess = 24;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int NotImplementedLinux = 38;
    public const int LoopLinux = 40;
    public const int Quota = 122; // Linux; macOS has 69, which then gets the general hint.
}
