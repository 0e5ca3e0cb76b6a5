using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Bench.Manifest;

/// <summary>The servers of one contestant, each at an address of its own in 127.77.0.0/16.</summary>
internal sealed class Cluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private Cluster(string name, IReadOnlyList<ServerProcess> servers) => (Name, Servers) = (name, servers);

    public string Name { get; }

    public IReadOnlyList<ServerProcess> Servers { get; }

    /// <summary>Whether clients ask the leader alone.</summary>
    public bool IsAskedAtLeader { get; set; }

    public double CpuSeconds => Servers.Sum(server => server.CpuSeconds);

    public double ResidentMiB => Servers.Sum(server => server.ResidentMiB);

    public long DiskBytes => Servers.Sum(server => server.DiskBytes);

    /// <summary>Debian's etcd with its defaults, but for compaction, which the load asks for itself.</summary>
    public static Cluster Etcd(string directory)
    {
        var members = string.Join(',', Enumerable.Range(1, 3).Select(i => $"e{i}=http://127.77.2.{i}:2380"));
        return new Cluster("etcd", [.. Enumerable.Range(1, 3).Select(i =>
        {
            var (client, peer) = ($"http://127.77.2.{i}:2379", $"http://127.77.2.{i}:2380");
            var data = Path.Combine(directory, $"e{i}");
            return new ServerProcess($"e{i}", new IPEndPoint(IPAddress.Parse($"127.77.2.{i}"), 2379), data, "etcd",
                "--name", $"e{i}", "--data-dir", data, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer, "--initial-cluster", members, "--initial-cluster-state", "new", "--logger", "zap", "--log-level", "warn");
        })]);
    }

    /// <summary>Agents as shipped, with a mesh key, so that what is between them goes over the tunnel.</summary>
    /// <param name="name">What to call them.</param>
    /// <param name="program">The program <c>skerry</c>.</param>
    /// <param name="directory">Where to.</param>
    /// <param name="subnet">The third byte of their addresses.</param>
    /// <param name="observers">Observers beside the three servers.</param>
    /// <param name="flags">More arguments.</param>
    public static Cluster Skerry(string name, string program, string directory, int subnet, int observers = 0, params string[] flags)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        return new Cluster(name, [.. Enumerable.Range(1, 3 + observers).Select(i =>
        {
            var host = $"127.77.{subnet}.{i}";
            var data = Path.Combine(directory, $"{name.Replace(' ', '-')}-s{i:00}");
            File.WriteAllText(data + ".yaml", $$"""
                node: { name: s{{i:00}} }
                key: {{key}}
                dataDirectory: {{data}}
                gossip: { bind: '{{host}}:7946', join: ['127.77.{{subnet}}.1:7946'] }
                api: { address: '{{host}}:8500' }
                proxy: { dns: { enable: false } }
                manifest: { role: {{(i > 3 ? "observer" : "server")}}, bootstrapExpect: 3, etcd: '{{host}}:2379' }
                """);
            return new ServerProcess($"s{i:00}", new IPEndPoint(IPAddress.Parse(host), 2379), data, program, ["agent", "--config", data + ".yaml", .. flags]);
        })]);
    }

    /// <summary>Until every server answers linearizable reads.</summary>
    public async Task UntilReadyAsync()
    {
        foreach (var server in Servers) await UntilReadyAsync(server);
    }

    /// <summary>Until a server answers a linearizable read, and how long that took, in seconds.</summary>
    public async Task<double> UntilReadyAsync(ServerProcess server)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                using var connection = await Http2Connection.OpenAsync(server.Client, limit.Token);
                await connection.AskAsync(Methods.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("health") }, RangeResponse.Parser, limit.Token);
                return Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
            catch (Exception notYet) when (notYet is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                if (Stopwatch.GetElapsedTime(began) > Patience) throw new InvalidOperationException($"{server.Name} of {Name} does not answer:\n{server.LastWords}", notYet);
                await Task.Delay(5);
            }
        }
    }

    /// <summary>The server that leads.</summary>
    public async Task<ServerProcess> LeaderAsync()
    {
        for (var tries = 0; tries < 100; tries++)
        {
            foreach (var server in Servers)
            {
                if (await StatusAsync(server) is { } status && status.Leader == status.Header.MemberId) return server;
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"{Name} has no leader.");
    }

    /// <summary>Forgets history, as clusters in use do by themselves every now and then.</summary>
    public async Task CompactAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var connection = await Http2Connection.OpenAsync(Servers[0].Client, limit.Token);
        var status = await connection.AskAsync(Methods.Status, new StatusRequest(), StatusResponse.Parser, limit.Token);
        try
        {
            await connection.AskAsync(Methods.Compact, new CompactionRequest { Revision = status.Header.Revision }, CompactionResponse.Parser, limit.Token);
        }
        catch (IOException)
        {
            // Nothing was written since the last time.
        }
    }

    public void Dispose()
    {
        foreach (var server in Servers) server.Dispose();
    }

    private static async Task<StatusResponse?> StatusAsync(ServerProcess server)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var connection = await Http2Connection.OpenAsync(server.Client, limit.Token);
            return await connection.AskAsync(Methods.Status, new StatusRequest(), StatusResponse.Parser, limit.Token);
        }
        catch (Exception notNow) when (notNow is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
