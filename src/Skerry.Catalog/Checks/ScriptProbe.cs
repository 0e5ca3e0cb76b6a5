using System.ComponentModel;
using System.Diagnostics;

namespace Skerry.Catalog.Checks;

/// <summary>Runs a program: exit code 0 passes, 1 warns, anything else is critical. No shell is involved; at the timeout all it started is killed.</summary>
/// <param name="check">Its arguments are the program and what it is given.</param>
internal sealed class ScriptProbe(CheckDefinition check) : ICheckProbe
{
    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            return new CheckResult(CheckStatus.Critical, missing.Message);
        }

        var output = new OutputTail();
        Task reading = Task.CompletedTask;
        try
        {
            process.StandardInput.Close();
            reading = Task.WhenAll(ReadAsync(process.StandardOutput.BaseStream, output), ReadAsync(process.StandardError.BaseStream, output));
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            // Also after an exit: what it left running would hold the pipes, and nobody looks after it.
            if (ProcessGroup.Starter is not null) ProcessGroup.Kill(process.Id);
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        await reading.WaitAsync(cancellation);
        var status = process.ExitCode switch
        {
            0 => CheckStatus.Passing,
            1 => CheckStatus.Warning,
            _ => CheckStatus.Critical,
        };
        lock (output) return new CheckResult(status, output.ToString());
    }

    public void Dispose()
    {
        // Nothing is kept between runs.
    }

    private static async Task ReadAsync(Stream from, OutputTail output)
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer)) > 0)
            {
                lock (output) output.Add(buffer.AsSpan(0, read));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The run was cut off; what was read until then stands.
        }
    }

    private ProcessStartInfo StartInfo()
    {
        IEnumerable<string> words = ProcessGroup.Starter is { } starter ? [starter, .. check.Arguments] : check.Arguments;
        return new ProcessStartInfo(words.First(), words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }
}
