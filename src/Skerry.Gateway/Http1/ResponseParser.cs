using System.Buffers;
using System.Buffers.Text;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Skerry.Gateway.Http1;

/// <summary>
/// Reads the head of an HTTP/1.x answer strictly (RFC 9112): what two parsers could read in two ways is refused, since that is how answers are
/// smuggled. Never throws but <see cref="UpstreamException"/>.
/// </summary>
internal sealed class ResponseParser
{
    /// <summary>The longest head that is read, bytes.</summary>
    public const int MaxHead = 32 * 1024;

    private const int MaxHeaders = 200;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> ForbiddenInValues =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(value => value != '\t').Select(value => (byte)value), 127]);

    private readonly HeaderStrings _strings = new();
    private readonly List<string> _connectionNames = [];

    /// <summary>Names of the table that this head has had, a bit each.</summary>
    private ulong _seen;

    /// <summary>Where the head ends in what has arrived, its empty line included; -1: not yet.</summary>
    public static int FindEnd(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end >= 0) return end + 4;
        if (received.Length >= MaxHead) throw Refuse($"its head is longer than {MaxHead} bytes");
        return -1;
    }

    /// <summary>Reads a whole head.</summary>
    /// <param name="head">Up to and with the empty line.</param>
    /// <param name="headers">Receives the headers that are for the client; null for a head that is only skipped.</param>
    public ResponseHead Parse(ReadOnlySpan<byte> head, IHeaderDictionary? headers)
    {
        var result = new ResponseHead { ContentLength = -1 };
        var line = TakeLine(ref head);
        var isVersion11 = ReadStatusLine(line, ref result);
        result.KeepAlive = isVersion11;
        _connectionNames.Clear();
        _seen = 0;
        var count = 0;
        while (true)
        {
            line = TakeLine(ref head);
            if (line.IsEmpty) break;
            if (++count > MaxHeaders) throw Refuse($"it has more than {MaxHeaders} headers");
            ReadHeader(line, headers, ref result);
        }

        if (result is { IsChunked: true, ContentLength: >= 0 }) throw Refuse("it says both Content-Length and Transfer-Encoding");
        if (result.IsChunked && !isVersion11) throw Refuse("it comes in chunks by HTTP/1.0");
        if (headers is not null)
        {
            foreach (var name in _connectionNames) headers.Remove(name);
        }

        return result;
    }

    /// <summary>Whether a head is one of 1xx, which another follows.</summary>
    public static bool IsInterim(ReadOnlySpan<byte> head) => head.Length > 9 && head[9] == '1';

    /// <summary>Reads a line after a body.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="trailers">Takes it, if it may stand there; null when the client takes none.</param>
    public static void ReadTrailer(ReadOnlySpan<byte> line, IHeaderDictionary? trailers)
    {
        SplitField(line, out var name, out var value);
        if (trailers is null) return;
        var key = Encoding.Latin1.GetString(name);
        if (Trailers.IsAllowed(key)) trailers.Append(key, Encoding.Latin1.GetString(value));
    }

    public static UpstreamException Refuse(string why) => new(UpstreamFailure.Protocol, $"the answer is not sound: {why}");

    private static bool ReadStatusLine(ReadOnlySpan<byte> line, ref ResponseHead result)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ') throw Refuse("it does not begin with HTTP/1.1 or HTTP/1.0");
        if (!Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100) throw Refuse("its status is no number of three digits");
        if (line.Length > 12 && line[12] != ' ') throw Refuse("its status is no number of three digits");
        if (line.ContainsAny(ForbiddenInValues)) throw Refuse("its reason holds control characters");
        result.Status = status;
        return line[7] == '1';
    }

    private void ReadHeader(ReadOnlySpan<byte> line, IHeaderDictionary? headers, ref ResponseHead result)
    {
        SplitField(line, out var name, out var value);
        switch (HeaderStrings.KindOf(name))
        {
            case HeaderKind.ContentLength:
                if (!TryReadLength(value, out var length) || (result.ContentLength >= 0 && result.ContentLength != length)) throw Refuse("its Content-Length is no number, or two different ones");
                result.ContentLength = length;
                return;
            case HeaderKind.TransferEncoding:
                if (result.IsChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) throw Refuse("its Transfer-Encoding is not 'chunked'");
                result.IsChunked = true;
                return;
            case HeaderKind.Connection:
                ReadConnection(value, ref result);
                return;
            case HeaderKind.HopByHop:
                return;
        }

        if (headers is null) return;
        var index = HeaderStrings.IndexOf(name);
        var key = HeaderStrings.Name(name, index);
        var text = _strings.Value(index, value);
        var isFirst = index >= 0 ? (_seen & 1UL << index) == 0 : !headers.ContainsKey(key);
        if (index >= 0) _seen |= 1UL << index;
        headers[key] = isFirst ? text : StringValues.Concat(headers[key], text);
    }

    private static void SplitField(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        // A line that begins with a space continues the one before (obs-fold): parsers disagree on it, so it is refused with all other odd names.
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes)) throw Refuse("a header has no proper name");
        name = line[..colon];
        value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAny(ForbiddenInValues)) throw Refuse("a header's value holds control characters");
    }

    private void ReadConnection(ReadOnlySpan<byte> value, ref ResponseHead result)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(option, "close"u8)) result.KeepAlive = false;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) result.KeepAlive = true;
            else if (!option.IsEmpty) _connectionNames.Add(Encoding.Latin1.GetString(option));
        }
    }

    private static bool TryReadLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        if (value.IsEmpty || value.Length > 18) return false;
        foreach (var digit in value)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            length = length * 10 + (digit - '0');
        }

        return true;
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        if (end < 1 || head[end - 1] != '\r') throw Refuse("a line does not end with CR LF");
        var line = head[..(end - 1)];
        head = head[(end + 1)..];
        if (line.Contains((byte)'\r')) throw Refuse("a line holds a bare CR");
        return line;
    }
}
