namespace Skerry.Lab.Nemesis;

/// <summary>A call that was not answered with success.</summary>
/// <param name="message">Why.</param>
/// <param name="wasSent">Whether it may have been done all the same.</param>
internal sealed class CallFailure(string message, bool wasSent) : Exception(message)
{
    public bool WasSent => wasSent;
}
