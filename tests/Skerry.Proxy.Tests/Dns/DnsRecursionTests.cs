using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

using Skerry.Proxy.Dns;

namespace Skerry.Proxy.Tests.Dns;

/// <summary>Answers of other servers, and of who would like to be taken for one.</summary>
public sealed class DnsRecursionTests
{
    private const int Header = 12;

    private static readonly byte[] Question = DnsClient.Query("web.example.org", DnsClient.A);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_an_answer_to_the_very_question_is_believed()
    {
        await using var server = new UdpAnswers(asked =>
        {
            var good = Good(asked);
            byte[] otherId = [.. good], noAnswer = [.. good], otherName = [.. good], otherType = [.. good], noQuestion = [.. good[..Header]];
            otherId[0] ^= 1;
            noAnswer[2] &= 0x7F;
            otherName[Header + 1] ^= 1;
            otherType[asked.Length - 3] ^= 1;
            noQuestion[5] = 0;
            return [[], [1, 2, 3], good[..11], good[..(Header + 3)], otherId, noAnswer, otherName, otherType, noQuestion, good];
        });
        var answer = await AskAsync(server.Address);
        Assert.Equal(0x1234, BinaryPrimitives.ReadUInt16BigEndian(answer!.Value.Span));
        Assert.Equal(Question.AsMemory(Header), answer.Value[Header..]);
        Assert.Equal(0x80, answer.Value.Span[2] & 0x80);
    }

    [Fact]
    public async Task A_refusal_may_leave_the_question_out()
    {
        await using var server = new UdpAnswers(asked => [[asked[0], asked[1], 0x80, 5, 0, 0, 0, 0, 0, 0, 0, 0]]);
        Assert.Equal(5, (await AskAsync(server.Address))!.Value.Span[3]);
    }

    [Fact]
    public async Task Random_bytes_are_passed_over()
    {
        var random = new Random(1);
        await using var server = new UdpAnswers(asked =>
        {
            var answers = new List<byte[]>();
            for (var round = 0; round < 100; round++)
            {
                // A question of two bytes' id is met by one guess in 65,536: these have another.
                var bytes = new byte[random.Next(80)];
                random.NextBytes(bytes);
                if (bytes.Length > 0) bytes[0] = (byte)(asked[0] + 1);
                answers.Add(bytes);
            }

            return [.. answers, Good(asked)];
        });
        Assert.Equal(Question.AsMemory(Header), (await AskAsync(server.Address))!.Value[Header..]);
    }

    [Theory]
    [InlineData("ends")]
    [InlineData("cut short")]
    [InlineData("another question")]
    [InlineData("too short")]
    public async Task Over_TCP_a_server_that_answers_something_else_is_passed_over(string how)
    {
        await using var bad = TcpService.Of(async (stream, cancel) =>
        {
            var asked = await ReadAsync(stream, cancel);
            var other = Good(asked);
            other[Header + 1] ^= 1;
            byte[] answer = how switch
            {
                "ends" => [],
                "cut short" => [0xFF, 0xFF, 1, 2],
                "another question" => Framed(other),
                _ => [0, 1, 7],
            };
            await stream.WriteAsync(answer, cancel);
            stream.Socket.Shutdown(SocketShutdown.Send);
        });
        await using var good = TcpService.Of(async (stream, cancel) => await stream.WriteAsync(Framed(Good(await ReadAsync(stream, cancel))), cancel));
        var answer = await AskAsync([new IPEndPoint(IPAddress.Loopback, bad.Port), new IPEndPoint(IPAddress.Loopback, good.Port)], isTcp: true);
        Assert.Equal(Question.AsMemory(Header), answer!.Value[Header..]);
    }

    private static Task<ReadOnlyMemory<byte>?> AskAsync(params IPEndPoint[] servers) => AskAsync(servers, isTcp: false);

    private static Task<ReadOnlyMemory<byte>?> AskAsync(IPEndPoint[] servers, bool isTcp)
    {
        Assert.True(DnsQueryReader.TryRead(Question, out var query, out _));
        return new DnsRecursion(TimeProvider.System).AskAsync(Question, query, [.. servers, .. servers], isTcp, Cancel);
    }

    private static byte[] Good(byte[] asked)
    {
        byte[] answer = [.. asked];
        answer[2] |= 0x80;
        return answer;
    }

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancel);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancel);
        return message;
    }

    /// <summary>A server that says to each question what a test wants.</summary>
    private sealed class UdpAnswers : IAsyncDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _serving;

        public UdpAnswers(Func<byte[], IReadOnlyList<byte[]>> answers)
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _serving = ServeAsync(answers);
        }

        public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _socket.Dispose();
            _stopping.Dispose();
        }

        private async Task ServeAsync(Func<byte[], IReadOnlyList<byte[]>> answers)
        {
            var buffer = new byte[1000];
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                foreach (var answer in answers(buffer[..received.ReceivedBytes])) await _socket.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, _stopping.Token);
            }
        }
    }
}
