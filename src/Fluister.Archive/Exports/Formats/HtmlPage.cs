using System.Security.Cryptography;

namespace Fluister.Archive.Exports.Formats;

/// <summary>The one style and the one script of our pages, and the policy that lets nothing else run or load.</summary>
internal static class HtmlPage
{
    /// <summary>The style.</summary>
    internal static ReadOnlySpan<byte> Style => """
        :root{color-scheme:light dark;
          --back:#f4f4f2;--ink:#1b1b1a;--soft:#62625e;--in:#fff;--out:#d9e8fb;--line:#d5d5d0;--link:#0b57b5}
        @media(prefers-color-scheme:dark){:root{
          --back:#161617;--ink:#e8e8e6;--soft:#a3a39e;--in:#242426;--out:#1d3a5c;--line:#3a3a3c;--link:#8ab8ff}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:52rem;padding:0 1rem 3rem;background:var(--back);color:var(--ink);font:1rem/1.45 system-ui,sans-serif}
        a{color:var(--link)}
        header{position:sticky;top:0;z-index:1;padding:.6rem 0;background:var(--back);border-bottom:1px solid var(--line)}
        h1{margin:0;font-size:1.25rem;overflow-wrap:anywhere}
        h2{margin:1.6rem 0 .6rem;font-size:.85rem;text-align:center;color:var(--soft)}
        nav,footer,.by,.more{font-size:.85rem;color:var(--soft)}
        nav a{margin-right:1rem}
        input{font:inherit;padding:.2rem .5rem;border:1px solid var(--line);border-radius:.4rem;background:var(--in);color:inherit}
        article{width:fit-content;max-width:88%;margin:.35rem 0;padding:.4rem .75rem}
        article{border-radius:.8rem;background:var(--in);overflow-wrap:anywhere}
        article.out{margin-left:auto;background:var(--out)}
        article.event{margin:.35rem auto;background:none;border:1px solid var(--line)}
        article:target{outline:2px solid var(--link)}
        p{margin:.15rem 0}
        .text{white-space:pre-wrap}
        .by a{color:inherit;text-decoration:none}
        blockquote{margin:.25rem 0;padding-left:.6rem;border-left:3px solid var(--link);color:var(--soft);white-space:pre-wrap}
        figure{margin:.3rem 0}
        img,video{max-width:100%;max-height:28rem;height:auto;border-radius:.5rem}
        .spoiler{background:var(--ink);color:var(--ink)}
        .spoiler:hover,.spoiler:focus{background:none}
        .mention{font-weight:600}
        ul{margin:.2rem 0;padding-left:1.2rem}
        [hidden]{display:none}
        """u8;

    /// <summary>The script: searches in what the page shows. It makes no markup of any text.</summary>
    internal static ReadOnlySpan<byte> Script => """
        (function(){"use strict";
        var box=document.getElementById("search"),count=document.getElementById("found");
        var items=Array.prototype.slice.call(document.querySelectorAll("[data-item]")),texts=null;
        function plain(text){return text.normalize("NFKD").replace(/[\u0300-\u036f]/g,"").toLowerCase();}
        function show(){
          var words=plain(box.value).split(/\s+/).filter(Boolean),found=0;
          if(!texts&&words.length){texts=items.map(function(item){return plain(item.textContent);});}
          items.forEach(function(item,i){
            var match=words.every(function(word){return texts[i].indexOf(word)>=0;});
            item.hidden=!match;found+=match?1:0;
          });
          count.textContent=words.length?found+" found":"";
          Array.prototype.forEach.call(document.querySelectorAll("nav a"),function(link){
            link.hash=words.length?"q="+encodeURIComponent(box.value):"";
          });
        }
        function read(){
          if(location.hash.indexOf("#q=")===0){
            try{box.value=decodeURIComponent(location.hash.slice(3));}catch(fault){return;}
            show();
          }
        }
        box.parentNode.hidden=false;
        box.addEventListener("input",show);
        window.addEventListener("hashchange",read);
        read();
        })();
        """u8;

    /// <summary>Content-Security-Policy (W3C CSP Level 3): nothing but our style, our script and media within the page.</summary>
    internal static string Policy { get; } =
        $"default-src 'none'; img-src data:; media-src data:; style-src 'sha256-{Digest(Style)}'; script-src 'sha256-{Digest(Script)}'; "
        + "base-uri 'none'; form-action 'none'";

    private static string Digest(ReadOnlySpan<byte> text) => Convert.ToBase64String(SHA256.HashData(text));
}
