using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>The last bytes of a stream that may be long: what a program says at its end tells most. Not thread-safe.</summary>
internal sealed class OutputTail
{
    private readonly byte[] _ring = new byte[CheckResult.MaxOutput];
    private long _total;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        if (bytes.Length > _ring.Length) bytes = bytes[^_ring.Length..];
        var at = (int)((_total - bytes.Length) % _ring.Length);
        var first = Math.Min(bytes.Length, _ring.Length - at);
        bytes[..first].CopyTo(_ring.AsSpan(at));
        bytes[first..].CopyTo(_ring);
    }

    public override string ToString()
    {
        if (_total <= _ring.Length) return Encoding.UTF8.GetString(_ring, 0, (int)_total);
        var at = (int)(_total % _ring.Length);
        byte[] whole = [.. _ring[at..], .. _ring[..at]];
        var note = $"Captured {_ring.Length} of {_total} bytes\n...\n";
        // The note takes its room from the front, and a character cut in two goes whole.
        var start = Encoding.UTF8.GetByteCount(note);
        while (start < whole.Length && (whole[start] & 0xC0) == 0x80) start++;
        return note + Encoding.UTF8.GetString(whole, start, whole.Length - start);
    }
}
