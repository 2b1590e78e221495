namespace Steno.Commands;

/// <summary>Reasons count seconds, times and bytes: that alone is no news.</summary>
internal static class ReasonKind
{
    public static string Of(string reason) => string.Concat(reason.Where(character => !char.IsDigit(character)));
}
