using System.Text;

namespace Skerry.Gossip.Wire;

/// <summary>The field names of a struct in the order upstream declares them, which is also their order when it comes as an array.</summary>
/// <param name="names">ASCII, case-sensitive.</param>
internal sealed class FieldTable(params string[] names)
{
    private readonly byte[][] _names = Array.ConvertAll(names, Encoding.ASCII.GetBytes);

    public int Count => _names.Length;

    /// <summary>The place of a name, -1 when there is none.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i])) return i;
        }

        return -1;
    }
}
