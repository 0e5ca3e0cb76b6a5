using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>Runs a program: exit code 0 passes, 1 warns, anything else is critical. No shell is involved; at the timeout all it started is killed.</summary>
/// <param name="check">Its arguments are the program and what it is given.</param>
internal sealed class ScriptProbe(CheckDefinition check) : ICheckProbe
{
    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(check.Arguments[0], check.Arguments.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            return new CheckResult(CheckStatus.Critical, missing.Message);
        }

        process.StandardInput.Close();
        var output = new StringBuilder();
        try
        {
            await Task.WhenAll(CollectAsync(process.StandardOutput, output, cancellation), CollectAsync(process.StandardError, output, cancellation));
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var status = process.ExitCode switch
        {
            0 => CheckStatus.Passing,
            1 => CheckStatus.Warning,
            _ => CheckStatus.Critical,
        };
        return new CheckResult(status, output.ToString());
    }

    public void Dispose()
    {
        // Nothing is kept between runs.
    }

    private static async Task CollectAsync(StreamReader from, StringBuilder output, CancellationToken cancellation)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellation)) > 0)
        {
            // Read to the end, so that the program is not stuck on a full pipe; keep only what is shown.
            lock (output)
            {
                if (output.Length < CheckResult.MaxOutput) output.Append(buffer, 0, read);
            }
        }
    }
}
