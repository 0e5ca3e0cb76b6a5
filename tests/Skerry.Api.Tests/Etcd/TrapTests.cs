using System.Buffers.Binary;
using System.Net.Sockets;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

using WatchRequest = Skerry.Api.Etcd.Wire.WatchRequest;

namespace Skerry.Api.Tests.Etcd;

/// <summary>What other servers of this API have tripped over, beneath what a client library lets one see.</summary>
public sealed class TrapTests
{
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAway = 7;
    private const byte Acknowledged = 1;
    private const int HeaderLength = 9;

    /// <summary>Goal: who pings often, also without a stream, is answered each time and not sent away with too_many_pings, as stricter servers do (jetcd #1075).</summary>
    [Fact]
    public async Task A_client_that_pings_all_the_time_is_not_sent_away()
    {
        const int pings = 500;
        await using var client = await GrpcClient.StartAsync();
        using var socket = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(client.Http.BaseAddress!.Host, client.Http.BaseAddress.Port, limit.Token);
        var stream = socket.GetStream();
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, [])], limit.Token);
        var answered = 0;
        for (var i = 0; i < pings; i++) await stream.WriteAsync(Frame(Ping, 0, BitConverter.GetBytes((long)i)), limit.Token);
        while (answered < pings)
        {
            var head = new byte[HeaderLength];
            await stream.ReadExactlyAsync(head, limit.Token);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >> 8];
            await stream.ReadExactlyAsync(payload, limit.Token);
            Assert.NotEqual(GoAway, head[3]);
            if ((head[3], head[4]) == (Ping, Acknowledged)) Assert.Equal(answered++, BitConverter.ToInt64(payload));
        }
    }

    /// <summary>Goal: a watch hears of changes while large answers wait on the same connection for a client that does not take them (etcd #17529).</summary>
    [Fact]
    public async Task A_watch_is_not_starved_by_reads_that_nobody_takes()
    {
        const int reads = 30;
        await using var client = await GrpcClient.StartAsync();
        var value = ByteString.CopyFrom(new byte[256 * 1024]);
        for (var i = 0; i < 8; i++) await client.CallAsync("KV/Put", new PutRequest { Key = Text($"large/{i}"), Value = value }, PutResponse.Parser);
        using var watch = await client.OpenAsync("Watch/Watch");
        await watch.SayAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Text("small") } });
        Assert.True((await watch.NextAsync(WatchResponse.Parser))!.Created);

        var stuck = new List<GrpcDuplex>();
        for (var i = 0; i < reads; i++)
        {
            stuck.Add(await client.OpenAsync("KV/Range"));
            await stuck[i].SayAsync(new RangeRequest { Key = Text("large/"), RangeEnd = Text("large0") });
        }

        for (var i = 0; i < reads; i++)
        {
            await client.CallAsync("KV/Put", new PutRequest { Key = Text("small"), Value = Text($"{i}") }, PutResponse.Parser);
            Assert.Equal($"{i}", (await watch.NextAsync(WatchResponse.Parser))!.Events[0].Kv.Value.ToStringUtf8());
        }

        stuck.ForEach(read => read.Dispose());
    }

    private static byte[] Frame(byte type, byte flags, byte[] payload) => [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, 0, .. payload];

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);
}
