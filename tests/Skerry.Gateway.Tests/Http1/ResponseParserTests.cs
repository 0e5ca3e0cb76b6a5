using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Microsoft.AspNetCore.Http;

using Skerry.Gateway.Http1;
using Skerry.Primitives;

namespace Skerry.Gateway.Tests.Http1;

public sealed class ResponseParserTests
{
    [Fact]
    public void Any_headers_come_out_as_they_were()
    {
        Prop.ForAll<Tuple<byte, byte[]>[]>(fields =>
        {
            var head = new StringBuilder("HTTP/1.1 200 OK\r\n");
            var expected = new HeaderDictionary();
            foreach (var (kind, text) in fields.Take(100))
            {
                var name = (kind % 4) switch { 0 => "Set-Cookie", 1 => "content-type", 2 => $"X-{kind}", _ => "Vary" };
                var value = "v" + Encoding.Latin1.GetString([.. text.Where(octet => octet is >= 33 and not 127)]); // an empty one the dictionary of the test would drop
                head.Append(name).Append(':').Append(kind % 3 == 0 ? " \t" : "").Append(value).Append(kind % 5 == 0 ? " " : "").Append("\r\n");
                expected.Append(name, value);
            }

            var headers = new HeaderDictionary();
            new ResponseParser().Parse(AnswerBytes.Bytes(head.Append("\r\n").ToString()), headers);
            return headers.Count == expected.Count && expected.All(pair => headers[pair.Key] == pair.Value);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 5)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:5 \t\r\n\r\n", 5)]
    [InlineData("HTTP/1.1 200 \r\n\r\n", -1)]
    [InlineData("HTTP/1.1 200\r\n\r\n", -1)]
    public void The_length_is_what_it_says(string head, long length) => Assert.Equal(length, new ResponseParser().Parse(AnswerBytes.Bytes(head), null).ContentLength);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true)]
    public void The_connection_stays_open_when_it_says_so(string head, bool stays) => Assert.Equal(stays, new ResponseParser().Parse(AnswerBytes.Bytes(head), null).KeepAlive);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nX: a\r\n\r\n")]
    [InlineData("HTTP/1.1 200\tOK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    public void What_two_parsers_could_read_in_two_ways_is_refused(string head) =>
        Assert.Equal(UpstreamFailure.Protocol, Assert.Throws<UpstreamException>(() => new ResponseParser().Parse(AnswerBytes.Bytes(head), new HeaderDictionary())).Failure);

    [Fact]
    public void A_head_without_end_is_refused()
    {
        Assert.Throws<UpstreamException>(() => ResponseParser.FindEnd(new byte[ResponseParser.MaxHead]));
        var many = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 300).Select(number => $"X-{number}: 1\r\n")) + "\r\n";
        Assert.Throws<UpstreamException>(() => new ResponseParser().Parse(AnswerBytes.Bytes(many), new HeaderDictionary()));
    }

    [Fact]
    public void A_spoilt_head_never_throws_anything_else_and_what_is_kept_from_one_head_never_shows_in_the_next()
    {
        var random = new Prng(20261121);
        var used = new ResponseParser();
        for (var turn = 0; turn < 200_000; turn++)
        {
            var head = AnswerBytes.Mutate(AnswerBytes.Heads[turn % AnswerBytes.Heads.Length], random);
            var (one, other) = (Read(used, head), Read(new ResponseParser(), head));
            Assert.Equal(other, one);
        }

        static string Read(ResponseParser parser, byte[] head)
        {
            var headers = new HeaderDictionary();
            try
            {
                var end = ResponseParser.FindEnd(head);
                if (end < 0) return "not yet";
                var result = parser.Parse(head.AsSpan(0, end), headers);
                return $"{result.Status} {result.ContentLength} {result.IsChunked} {result.KeepAlive} {string.Join('|', headers.Select(pair => $"{pair.Key}={pair.Value}"))}";
            }
            catch (UpstreamException refused)
            {
                return refused.Message;
            }
        }
    }
}
