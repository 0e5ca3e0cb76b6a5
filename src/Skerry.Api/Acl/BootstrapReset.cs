using System.Globalization;

using Microsoft.Extensions.Logging;

namespace Skerry.Api.Acl;

/// <summary>The file by which who can write to a node's disk gets back in after all tokens that may change tokens are lost.</summary>
/// <param name="path">Where it would be; null: nowhere.</param>
/// <param name="logger">For one that cannot be used.</param>
internal sealed class BootstrapReset(string? path, ILogger logger)
{
    /// <summary>More digits than any index has.</summary>
    private const int MaxLength = 64;

    /// <summary>The index in the file, 0 without one. The file goes: it is good for one try.</summary>
    public long TakeIndex()
    {
        if (path is null || !File.Exists(path)) return 0;
        try
        {
            if (new FileInfo(path).Length > MaxLength) throw new IOException($"it has more than {MaxLength} bytes");
            var text = File.ReadAllText(path);
            File.Delete(path);
            if (long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return index;
            ApiLog.BadResetFile(logger, path, "it must hold the reset index alone, as /v1/acl/bootstrap names it");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            ApiLog.BadResetFile(logger, path, refused.Message);
        }

        return 0;
    }
}
