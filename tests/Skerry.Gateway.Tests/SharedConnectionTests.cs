using System.Net;
using System.Text;

using Skerry.Primitives;

namespace Skerry.Gateway.Tests;

/// <summary>Clients share the connections to instances. Whatever instances do, nobody ever gets bytes of somebody else's answer.</summary>
public sealed class SharedConnectionTests
{
    private const int Clients = 32;
    private const int RequestsEach = 60;

    private static readonly string[] Tricks = ["whole", "whole", "whole", "chunked", "byByte", "untilClosed", "twice", "longer", "shorter", "early", "reset", "garbage", "interim", "closed", "badChunk"];

    [Fact]
    public async Task Nobody_gets_the_bytes_of_another_whatever_the_instances_do()
    {
        var seed = 0;
        await using var one = Backend.Start(connection => MisbehaveAsync(connection, new Prng((ulong)Interlocked.Increment(ref seed))));
        await using var other = Backend.Start(connection => MisbehaveAsync(connection, new Prng((ulong)Interlocked.Increment(ref seed))));
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(one, other) with { EjectAfter = 1000, Retries = 1, MaxIdleConnections = 8 });
        var whole = 0;
        var failed = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Prng((ulong)(1000 + client));
            for (var i = 0; i < RequestsEach; i++)
            {
                var mark = $"{client}-{i}-{random.NextUInt64():x}";
                var isPost = random.Next(2) == 0;
                using var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, $"/{mark}")
                {
                    Version = client % 4 == 0 ? HttpVersion.Version20 : HttpVersion.Version11,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    Content = isPost ? new StringContent(string.Concat(Enumerable.Repeat(mark + ";", random.Next(2000)))) : null,
                };
                try
                {
                    using var answer = await gateway.Http.SendAsync(request);
                    var text = await answer.Content.ReadAsStringAsync();
                    if (answer.StatusCode == HttpStatusCode.BadGateway)
                    {
                        Interlocked.Increment(ref failed);
                        continue;
                    }

                    // Whatever arrives as a whole answer must consist of this client's mark alone.
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    Assert.All(text.Split(';', StringSplitOptions.RemoveEmptyEntries), part => Assert.True(mark.StartsWith(part, StringComparison.Ordinal), $"{mark} got {part}"));
                    Interlocked.Increment(ref whole);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref failed); // cut off
                }
            }
        })));
        Assert.True(whole > Clients * RequestsEach / 3, $"{whole} of {Clients * RequestsEach} answers came whole, {failed} failed: too few to have tried anything.");
        Assert.True(failed > 0, "No instance misbehaved.");
    }

    private static async Task MisbehaveAsync(Backend.Connection connection, Prng random)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            var mark = request.Split(' ')[1][1..];
            var body = string.Concat(Enumerable.Repeat(mark + ";", random.Next(3000)));
            var ok = Backend.Ok(body);
            switch (Tricks[random.Next(Tricks.Length)])
            {
                case "chunked":
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + InChunks(body, random) + "0\r\n\r\n");
                    break;
                case "byByte":
                    foreach (var letter in Backend.Ok(mark)) await connection.WriteAsync(letter.ToString());
                    break;
                case "untilClosed":
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n" + body);
                    return;
                case "twice":
                    await connection.WriteAsync(ok + ok);
                    break;
                case "longer":
                    await connection.WriteAsync(ok + "and more");
                    break;
                case "shorter":
                    await connection.WriteAsync(ok[..^(Math.Min(body.Length, 1))]);
                    return;
                case "early":
                    await connection.WriteAsync(ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
                    break;
                case "reset":
                    connection.Stream.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
                    return;
                case "garbage":
                    await connection.WriteAsync(Encoding.Latin1.GetString([.. Enumerable.Range(0, 200).Select(_ => (byte)random.Next(256))]));
                    return;
                case "interim":
                    await connection.WriteAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok);
                    break;
                case "closed":
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.Length + "\r\n\r\n" + body);
                    return;
                case "badChunk":
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + InChunks(body, random) + "zz\r\nevil\r\n0\r\n\r\n");
                    break;
                default:
                    await connection.WriteAsync(ok);
                    break;
            }
        }
    }

    private static string InChunks(string body, Prng random)
    {
        var chunks = new StringBuilder();
        for (var at = 0; at < body.Length;)
        {
            var length = Math.Min(body.Length - at, random.Next(5000) + 1);
            chunks.Append(length.ToString("x", System.Globalization.CultureInfo.InvariantCulture)).Append("\r\n").Append(body, at, length).Append("\r\n");
            at += length;
        }

        return chunks.ToString();
    }
}
