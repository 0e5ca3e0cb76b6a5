using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace Skerry.Lab.Fabric;

/// <summary>
/// A network namespace without a name, held by a thread that lives in it. What that thread makes (a socket, a TUN device, a process) belongs to the namespace
/// and may be used from anywhere. The kernel removes the namespace with all its links and rules when thread and processes are gone, so a run that is killed
/// leaves nothing behind. Only short calls that start no task run there: a thread of the pool born here would be in the wrong network.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _resident;

    public NetworkNamespace(string name)
    {
        Name = name;
        _resident = new Thread(Live) { IsBackground = true, Name = $"lab {name}" };
        _resident.Start();
        Path = Run(Enter);
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>What <c>ip … netns</c> and <c>nsenter --net=</c> take while it exists.</summary>
    public string Path { get; }

    /// <summary>Runs something in the namespace, and waits.</summary>
    public T Run<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var done = new ManualResetEventSlim(); // not disposed: its setter may still be inside when the wait is over
        _work.Add(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            done.Set();
        });
        done.Wait();
        failure?.Throw();
        return result;
    }

    /// <summary>Starts a program here; the kernel ends it with the namespace's thread, however that ends.</summary>
    public Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Run(() => Process.Start(start)!);
    }

    /// <summary>Runs a tool to its end on what it reads from its input.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> RunToolAsync(string tool, string input, params string[] arguments)
    {
        using var process = Start(tool, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"In {Name}: {tool} {string.Join(' ', arguments)} failed: {await errors}{await output}\n{input}");
        return await output;
    }

    /// <summary>Runs lines of <c>ip</c>.</summary>
    public Task IpAsync(params IEnumerable<string> lines) => RunToolAsync("ip", string.Join('\n', lines) + "\n", "-batch", "-");

    /// <summary>Sets a switch below <c>/proc/sys/net</c>.</summary>
    public void SetSwitch(string name, string value) => Run(() =>
    {
        File.WriteAllText($"/proc/sys/net/{name}", value);
        return true;
    });

    /// <summary>Makes a TUN device here, not yet up; packets without a header before them.</summary>
    public SafeFileHandle MakeTun(string name) => Run(() => OpenTun(name));

    public void Dispose()
    {
        _work.CompleteAdding();
        _resident.Join();
        _work.Dispose();
    }

    private static unsafe SafeFileHandle OpenTun(string name)
    {
        var device = new SafeFileHandle(Libc.Open("/dev/net/tun", Libc.ReadWrite | Libc.NonBlocking | Libc.CloseOnExec), ownsHandle: true);
        var request = stackalloc byte[40]; // struct ifreq: 16 bytes of name, then flags
        new Span<byte>(request, 40).Clear();
        System.Text.Encoding.ASCII.GetBytes(name, new Span<byte>(request, 15));
        *(short*)(request + 16) = Libc.Tun | Libc.NoPacketInfo;
        if (device.IsInvalid || Libc.Control(device, Libc.SetInterface, request) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "No TUN device");
        return device;
    }

    private static string Enter()
    {
        if (Libc.Unshare(Libc.NewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "No network namespace");
        return $"/proc/{Environment.ProcessId}/task/{Libc.ThreadId()}/ns/net";
    }

    private void Live()
    {
        foreach (var action in _work.GetConsumingEnumerable()) action();
    }
}
