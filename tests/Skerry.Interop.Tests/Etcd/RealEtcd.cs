using System.ComponentModel;
using System.Diagnostics;

namespace Skerry.Interop.Tests.Etcd;

/// <summary>Debian's <c>etcd</c>, alone and without flushing.</summary>
internal sealed class RealEtcd : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private RealEtcd(Process process, DirectoryInfo data, string address)
    {
        _process = process;
        _data = data;
        Address = address;
    }

    public string Address { get; }

    public static async Task<RealEtcd> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("skerry-etcd-");
        var host = LoopbackHosts.Next();
        var (client, peer) = ($"{host}:2379", $"http://{host}:2380");
        var start = new ProcessStartInfo("etcd", [
            "--name", "one", "--data-dir", data.FullName, "--unsafe-no-fsync", "--listen-client-urls", $"http://{client}", "--advertise-client-urls", $"http://{client}",
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"one={peer}", "--log-level", "error"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        try
        {
            var etcd = new RealEtcd(Process.Start(start)!, data, client);
            etcd._process.BeginErrorReadLine();
            etcd._process.BeginOutputReadLine();
            for (var tries = 0; (await EtcdCtl.RunAsync(client, null, "endpoint", "health")).ExitCode != 0; tries++) Assert.True(tries < 20, "etcd did not come up");
            return etcd;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("These tests meet Debian's etcd: apt-get install etcd-server, or run ./eng/test, which does.", missing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }
}
