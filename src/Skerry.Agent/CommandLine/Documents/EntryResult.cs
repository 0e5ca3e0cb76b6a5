using System.Text.Unicode;

namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A key as <c>skerry kv</c> prints it.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value as text; null where it is no UTF-8.</param>
/// <param name="Base64">Its value in base64; null where it is text.</param>
/// <param name="Flags">The client's number.</param>
/// <param name="CreateIndex">The revision that made it.</param>
/// <param name="ModifyIndex">The revision that wrote it last.</param>
/// <param name="LockIndex">How often it was locked.</param>
/// <param name="Session">Who holds it; null: nobody.</param>
internal sealed record EntryResult(string Key, string? Value, string? Base64, ulong Flags, long CreateIndex, long ModifyIndex, long LockIndex, string? Session)
{
    /// <summary>The value for people.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Shown => Value ?? $"base64:{Base64}";

    public static EntryResult Of(ApiKeyDocument key)
    {
        var value = key.Value ?? [];
        var isText = Utf8.IsValid(value);
        return new EntryResult(
            key.Key, isText ? System.Text.Encoding.UTF8.GetString(value) : null, isText ? null : Convert.ToBase64String(value),
            key.Flags, key.CreateIndex, key.ModifyIndex, key.LockIndex, key.Session);
    }
}
