namespace Skerry.Gossip.Wire;

/// <summary>How far a struct has been read: <see cref="MessagePackReader.BeginStruct"/> makes it.</summary>
/// <param name="Count">Fields in all.</param>
/// <param name="IsMap">Whether names are given; else the fields stand in declaration order.</param>
internal record struct StructCursor(int Count, bool IsMap)
{
    /// <summary>Fields read so far.</summary>
    public int Position { get; set; }
}
