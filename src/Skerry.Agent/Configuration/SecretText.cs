using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.Configuration;

/// <summary>Secrets as they are written: in base64, in files.</summary>
internal static class SecretText
{
    /// <summary>No file of secrets is longer, bytes: a list of ten thousand revocations is not.</summary>
    private const int MaxBytes = 4 << 20;

    /// <returns>Null, and an error at the key, when the file cannot be read.</returns>
    public static string? Read(string file, string path, BindingContext context)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxBytes }) throw new IOException($"The file is larger than {MaxBytes >> 20} MiB.");
            return File.ReadAllText(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            context.Refuse(path, "cannot be read: " + refused.Message, "a file the agent may read");
            return null;
        }
    }

    /// <returns>Null when it is no base64, or holds nothing.</returns>
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }
}
