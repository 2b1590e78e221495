namespace Steno.Core.Verification;

/// <summary>What a <see cref="FileRole"/> is called in JSON.</summary>
public static class RoleName
{
    public static string Of(FileRole role) => role switch
    {
        FileRole.Journal => "journal",
        FileRole.Session => "session",
        FileRole.Recovery => "recovery",
        FileRole.Manifest => "manifest",
        FileRole.List => "list",
        _ => "segment",
    };
}
