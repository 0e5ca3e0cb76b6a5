using System.Diagnostics;

namespace Skerry.Bench.Tunnel;

/// <summary>Two network namespaces with a cable between them, and nebula hosts in both when asked for. Needs root.</summary>
internal sealed class TwoMachines : IDisposable
{
    public const string CableIp = "10.99.1.2";
    public const string NebulaIp = "192.168.99.2";

    private readonly string _folder = Directory.CreateTempSubdirectory("skerry-bench-").FullName;

    public TwoMachines()
    {
        Remove();
        foreach (var (name, number) in ((string, int)[])[("skb1", 1), ("skb2", 2)])
        {
            Run("ip", "netns", "add", name);
            if (number == 2) Run("ip", "link", "add", "skb1c", "netns", "skb1", "type", "veth", "peer", "name", "skb2c", "netns", "skb2");
        }

        foreach (var number in (int[])[1, 2])
        {
            Run("ip", "-n", $"skb{number}", "addr", "add", $"10.99.1.{number}/24", "dev", $"skb{number}c");
            Run("ip", "-n", $"skb{number}", "link", "set", $"skb{number}c", "up");
            Run("ip", "-n", $"skb{number}", "link", "set", "lo", "up");
        }
    }

    /// <summary>How to run something on one of them.</summary>
    public static string[] On(int number) => ["ip", "netns", "exec", $"skb{number}"];

    /// <summary>Starts a nebula host on each, the second a lighthouse.</summary>
    public IReadOnlyList<PeerProcess> StartNebula()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName;
        Run("nebula-cert", "ca", "-name", "bench", "-out-crt", Path.Combine(folder, "ca.crt"), "-out-key", Path.Combine(folder, "ca.key"));
        var hosts = new List<PeerProcess>();
        foreach (var number in (int[])[2, 1])
        {
            Run("nebula-cert", "sign", "-name", $"host{number}", "-ip", $"192.168.99.{number}/24", "-ca-crt", Path.Combine(folder, "ca.crt"), "-ca-key", Path.Combine(folder, "ca.key"), "-out-crt", Path.Combine(folder, $"{number}.crt"), "-out-key", Path.Combine(folder, $"{number}.key"));
            var configuration = Path.Combine(folder, $"{number}.yaml");
            File.WriteAllText(configuration, Configuration(folder, number));
            hosts.Add(new PeerProcess([.. On(number), "nebula", "-config", configuration]));
        }

        // Their devices must be there before anything binds to them; the first packet makes the tunnel.
        var began = Stopwatch.GetTimestamp();
        while (!HasAddress(1) || !HasAddress(2))
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
        TryRun(["ip", "netns", "delete", "skb1"]);
        TryRun(["ip", "netns", "delete", "skb2"]);
    }

    /// <summary>As the package's example has it, with everything allowed and nothing logged.</summary>
    private static string Configuration(string folder, int number) => $$"""
        pki: { ca: {{folder}}/ca.crt, cert: {{folder}}/{{number}}.crt, key: {{folder}}/{{number}}.key }
        static_host_map: { "{{NebulaIp}}": ["{{CableIp}}:4242"] }
        lighthouse: { am_lighthouse: {{(number == 2 ? "true" : "false")}}, interval: 60, hosts: [{{(number == 2 ? "" : $"\"{NebulaIp}\"")}}] }
        listen: { host: 0.0.0.0, port: 4242 }
        punchy: { punch: true }
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
