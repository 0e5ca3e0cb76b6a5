namespace Skerry.Libp2p;

/// <summary>A peer could not be reached, is not who it should be, broke a protocol, or ended what was asked of it.</summary>
/// <param name="message">What happened, to whom, at which step.</param>
/// <param name="inner">What it came from, if anything.</param>
public class Libp2pException(string message, Exception? inner = null) : Exception(message, inner);
