namespace Steno.Configuration;

/// <summary>What the value of a setting may be in <c>steno.json</c>, besides a string.</summary>
internal enum SettingForm
{
    /// <summary>A string only: <c>"logs": 5</c> is a slip.</summary>
    Text,

    /// <summary>A number too.</summary>
    Number,

    /// <summary>True or false too.</summary>
    Flag,
}
