namespace Skerry.Libp2p.Driver;

/// <summary>Who was called has said no word that is understood under the private network's key: another key may do.</summary>
/// <param name="message">Who.</param>
/// <param name="inner">What it came from.</param>
internal sealed class OtherNetworkException(string message, Exception inner) : Libp2pException(message, inner);
