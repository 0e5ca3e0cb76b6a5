using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>The appends to one peer that are not answered yet, bounded by number and by bytes.</summary>
/// <param name="maxMessages">The most messages.</param>
/// <param name="maxBytes">One message more may go while the sum of bytes is below this.</param>
internal sealed class Inflights(int maxMessages, int maxBytes)
{
    private readonly Queue<(ulong LastIndex, int Bytes)> _messages = new();
    private long _bytes;

    public int Count => _messages.Count;

    public bool IsFull => _messages.Count >= maxMessages || _bytes >= maxBytes;

    /// <summary>One was sent that ends with an entry.</summary>
    public void Add(ulong lastIndex, int bytes)
    {
        Invariant.That(!IsFull);
        _messages.Enqueue((lastIndex, bytes));
        _bytes += bytes;
    }

    /// <summary>All that end with an entry or before it are answered.</summary>
    public void FreeTo(ulong index)
    {
        while (_messages.TryPeek(out var oldest) && oldest.LastIndex <= index)
        {
            _messages.Dequeue();
            _bytes -= oldest.Bytes;
        }
    }

    public void Clear()
    {
        _messages.Clear();
        _bytes = 0;
    }
}
