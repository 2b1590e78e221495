namespace Steno.Zmtp;

/// <summary>Who called whom.</summary>
public enum ConnectionDirection
{
    Dialled,
    Accepted,
}
