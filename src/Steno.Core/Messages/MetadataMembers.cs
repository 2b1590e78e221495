namespace Steno.Core.Messages;

/// <summary>
/// The members of the metadata object read last, if they can be copied as they stand: few, flat, and without
/// any escapes. Nearly all are, and copying those is most of the difference between fast and slow here.
/// </summary>
internal sealed class MetadataMembers
{
    /// <summary>
    /// More are copied the slow way; comparing each name with each is cheap only for a few.
    /// </summary>
    private const int CountMax = 24;

    /// <summary>Longer numbers trip readers: Python refuses integers of more than 4300 digits.</summary>
    public const int NumberLengthMax = 64;

    private readonly JsonSlice[] _names = new JsonSlice[CountMax];
    private readonly JsonSlice[] _values = new JsonSlice[CountMax];

    public int Count { get; private set; }

    /// <summary>False: the members are not all here, or must not be copied as they stand.</summary>
    public bool Plain { get; private set; }

    public ref readonly JsonSlice Name(int i) => ref _names[i];

    public ref readonly JsonSlice Value(int i) => ref _values[i];

    public void Begin()
    {
        Count = 0;
        Plain = true;
    }

    public void Add(in JsonSlice name, in JsonSlice value)
    {
        Plain = Plain && Count < CountMax && !name.Escaped && !value.Escaped && value.Kind switch
        {
            JsonKind.Object or JsonKind.Array or JsonKind.NotANumber => false,
            JsonKind.Number => value.End - value.Start <= NumberLengthMax,
            _ => true,
        };
        if (!Plain) return;
        _names[Count] = name;
        _values[Count++] = value;
    }
}
