using System.Diagnostics;

namespace Skerry.Bench.Tunnel;

/// <summary>Two network namespaces with a cable between them, and a third with a cable to each; nebula hosts on them when asked for. Needs root.</summary>
internal sealed class Machines : IDisposable
{
    public const string CableIp = "10.99.1.2";
    public const string NebulaIp = "192.168.99.2";

    /// <summary>Where both reach the third.</summary>
    public const string BetweenIp = "10.99.3.3";

    private static readonly (int One, int Other, int Net)[] Cables = [(1, 2, 1), (1, 3, 2), (2, 3, 3)];

    private readonly string _folder = Directory.CreateTempSubdirectory("skerry-bench-").FullName;

    public Machines()
    {
        Remove();
        foreach (var number in (int[])[1, 2, 3])
        {
            Run("ip", "netns", "add", $"skb{number}");
            Run("ip", "-n", $"skb{number}", "link", "set", "lo", "up");
        }

        foreach (var (one, other, net) in Cables)
        {
            Run("ip", "link", "add", $"skb{one}c{net}", "netns", $"skb{one}", "type", "veth", "peer", "name", $"skb{other}c{net}", "netns", $"skb{other}");
            foreach (var number in (int[])[one, other])
            {
                Run("ip", "-n", $"skb{number}", "addr", "add", $"10.99.{net}.{number}/24", "dev", $"skb{number}c{net}");
                Run("ip", "-n", $"skb{number}", "link", "set", $"skb{number}c{net}", "up");
            }
        }

        // The third has one address for both, and passes no packets on.
        Run([.. On(3), "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"]);
        Run("ip", "-n", "skb1", "route", "add", "10.99.3.0/24", "via", "10.99.2.3");
    }

    /// <summary>How to run something on one of them.</summary>
    public static string[] On(int number) => ["ip", "netns", "exec", $"skb{number}"];

    /// <summary>Starts a nebula host on each of the two, the second a lighthouse.</summary>
    public IReadOnlyList<PeerProcess> StartNebula() => StartNebula([2, 1], Configuration);

    /// <summary>Starts a nebula host on each of the three: the two know no way to each other but through the third, the lighthouse.</summary>
    public IReadOnlyList<PeerProcess> StartRelayedNebula() => StartNebula([3, 2, 1], RelayedConfiguration);

    private List<PeerProcess> StartNebula(int[] numbers, Func<string, int, string> configurationOf)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName;
        Run("nebula-cert", "ca", "-name", "bench", "-out-crt", Path.Combine(folder, "ca.crt"), "-out-key", Path.Combine(folder, "ca.key"));
        var hosts = new List<PeerProcess>();
        foreach (var number in numbers)
        {
            Run("nebula-cert", "sign", "-name", $"host{number}", "-ip", $"192.168.99.{number}/24", "-ca-crt", Path.Combine(folder, "ca.crt"), "-ca-key", Path.Combine(folder, "ca.key"), "-out-crt", Path.Combine(folder, $"{number}.crt"), "-out-key", Path.Combine(folder, $"{number}.key"));
            var configuration = Path.Combine(folder, $"{number}.yaml");
            File.WriteAllText(configuration, configurationOf(folder, number));
            hosts.Add(new PeerProcess([.. On(number), "nebula", "-config", configuration]));
        }

        // Their devices must be there before anything binds to them; the first packet makes the tunnel.
        var began = Stopwatch.GetTimestamp();
        while (!numbers.All(HasAddress))
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(30)) throw new TimeoutException("The nebula hosts are not up within 30 s.");
        }

        return hosts;
    }

    public void Dispose()
    {
        Remove();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Remove()
    {
        foreach (var number in (int[])[1, 2, 3]) TryRun(["ip", "netns", "delete", $"skb{number}"]);
    }

    /// <summary>As the package's example has it, with everything allowed and nothing logged.</summary>
    private static string Configuration(string folder, int number) => $$"""
        {{CommonConfiguration(folder, number)}}
        static_host_map: { "{{NebulaIp}}": ["{{CableIp}}:4242"] }
        lighthouse: { am_lighthouse: {{(number == 2 ? "true" : "false")}}, interval: 60, hosts: [{{(number == 2 ? "" : $"\"{NebulaIp}\"")}}] }
        listen: { host: 0.0.0.0, port: 4242 }
        punchy: { punch: true }
        """;

    private static string RelayedConfiguration(string folder, int number) => $$"""
        {{CommonConfiguration(folder, number)}}
        static_host_map: { "192.168.99.3": ["{{BetweenIp}}:4242"] }
        lighthouse: { am_lighthouse: {{(number == 3 ? "true" : "false")}}, interval: 60, hosts: [{{(number == 3 ? "" : "192.168.99.3")}}], remote_allow_list: { "10.99.1.0/24": false, "0.0.0.0/0": true } }
        relay: { am_relay: {{(number == 3 ? "true" : "false")}}, use_relays: true, relays: [{{(number == 3 ? "" : "192.168.99.3")}}] }
        listen: { host: {{number switch { 1 => "10.99.2.1", 2 => "10.99.3.2", _ => "0.0.0.0" }}}, port: 4242 }
        """;

    private static string CommonConfiguration(string folder, int number) => $$"""
        pki: { ca: {{folder}}/ca.crt, cert: {{folder}}/{{number}}.crt, key: {{folder}}/{{number}}.key }
        tun: { dev: nebula{{number}}, mtu: 1300, tx_queue: 500 }
        logging: { level: error, format: text }
        firewall: { outbound: [{ port: any, proto: any, host: any }], inbound: [{ port: any, proto: any, host: any }] }
        """;

    private static bool HasAddress(int number) => TryRun(["ip", "-n", $"skb{number}", "addr", "show", "dev", $"nebula{number}", "to", "192.168.99.0/24"], out var found) && found.Length > 0;

    private static void Run(params string[] command)
    {
        if (!TryRun(command)) throw new InvalidOperationException($"'{string.Join(' ', command)}' failed; the namespaces need root, nebula its package.");
    }

    private static bool TryRun(string[] command) => TryRun(command, out _);

    private static bool TryRun(string[] command, out string output)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
